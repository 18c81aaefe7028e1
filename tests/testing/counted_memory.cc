#include "tests/testing/counted_memory.h"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace newsfeed::testing {
namespace {

size_t held = 0;
size_t peak = 0;

void* Counted(void* memory) {
  if (memory == nullptr) std::abort();
  held += malloc_usable_size(memory);
  peak = std::max(peak, held);
  return memory;
}

void Free(void* memory) {
  if (memory != nullptr) held -= malloc_usable_size(memory);
  std::free(memory);
}

size_t RoundedUp(size_t size, size_t alignment) { return (size + alignment - 1) / alignment * alignment; }

}  // namespace

size_t HeldBytes() { return held; }
size_t PeakBytes() { return peak; }
void ForgetPeak() { peak = held; }

}  // namespace newsfeed::testing

using newsfeed::testing::Counted;
using newsfeed::testing::Free;

// All forms: a sanitizer has its own of those that are left out, and memory would come from one and go to the other.
void* operator new(size_t size) { return Counted(std::malloc(size)); }
void* operator new[](size_t size) { return Counted(std::malloc(size)); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return Counted(std::malloc(size)); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return Counted(std::malloc(size)); }
void* operator new(size_t size, std::align_val_t alignment) {
  const auto bytes = static_cast<size_t>(alignment);
  return Counted(std::aligned_alloc(bytes, newsfeed::testing::RoundedUp(size, bytes)));
}
void* operator new[](size_t size, std::align_val_t alignment) { return operator new(size, alignment); }
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete[](void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }
void operator delete[](void* memory, size_t) noexcept { Free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { Free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { Free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { Free(memory); }
