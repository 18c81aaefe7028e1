// Bytes that this program holds by operator new: linking this replaces it.
//
//   const size_t before = HeldBytes();
//   ForgetPeak();
//   work();
//   EXPECT_LE(PeakBytes() - before, most);
//
// For programs of one thread.
#pragma once

#include <cstddef>

namespace newsfeed::testing {

size_t HeldBytes();

// The most that was held at a time since the last ForgetPeak.
size_t PeakBytes();
void ForgetPeak();

}  // namespace newsfeed::testing
