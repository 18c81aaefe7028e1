// The files of the live page, embedded when newsfeedd is built (embed_page.cmake).
#pragma once

#include <span>
#include <string_view>

namespace newsfeed::admin {

struct PageFile {
  std::string_view path;  // "/page.js"
  std::string_view content_type;
  std::string_view body;
};

std::span<const PageFile> PageFiles();

}  // namespace newsfeed::admin
