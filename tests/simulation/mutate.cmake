# Builds a fault into a copy of a source file:
#
#   cmake -DMUTANT=mutants/NAME.cmake -DROOT=... -DOUT=... -P mutate.cmake
#
# Fails where the text to be replaced does not stand there exactly once: a mutant follows the code, or the build ends.
include(${MUTANT})
file(READ ${ROOT}/${file} text)
foreach(n "" 2 3)
  if(NOT DEFINED from${n})
    break()
  endif()
  string(FIND "${text}" "${from${n}}" first)
  string(FIND "${text}" "${from${n}}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "${MUTANT}: stands not exactly once in ${file}: ${from${n}}")
  endif()
  string(REPLACE "${from${n}}" "${to${n}}" text "${text}")
endforeach()
file(WRITE ${OUT} "${text}")
