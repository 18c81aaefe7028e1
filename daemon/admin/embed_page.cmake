# Writes OUT, the definition of PageFiles(), from the files of the folder PAGE.
#   cmake -DPAGE=page -DOUT=page_files.cc -P embed_page.cmake

set(rows "")
foreach(row
    "/|index.html|text/html; charset=utf-8"
    "/page.css|page.css|text/css; charset=utf-8"
    "/page.js|page.js|text/javascript; charset=utf-8"
    "/page.svg|page.svg|image/svg+xml")
  string(REGEX MATCH "^([^|]+)[|]([^|]+)[|](.+)$" _ "${row}")
  set(path "${CMAKE_MATCH_1}")
  set(type "${CMAKE_MATCH_3}")
  set(file "${PAGE}/${CMAKE_MATCH_2}")
  file(READ "${file}" body)
  string(FIND "${body}" ")page_file\"" end)
  if(NOT end EQUAL -1)
    message(FATAL_ERROR "${file}: holds the end of a raw string")
  endif()
  string(APPEND rows "    {\"${path}\", \"${type}\", R\"page_file(${body})page_file\"},\n")
endforeach()

file(WRITE "${OUT}" "#include \"daemon/admin/page_files.h\"

namespace newsfeed::admin {
namespace {

constexpr PageFile kFiles[] = {
${rows}};

}  // namespace

std::span<const PageFile> PageFiles() { return kFiles; }

}  // namespace newsfeed::admin
")
