# thalweg_embed(<target> <directory> FUNCTION <name> [DEPENDS <files and targets>...]): a library with
# the files under a directory, read when it is built, and the function
# std::span<const thalweg::web::Asset> thalweg::web::<name>() that lists them. The directory may be
# absent: then there are none. DEPENDS names what makes the files; where their names hold hashes of
# their contents, the index.html that names them all is enough.
#
# Run as a script (cmake -D DIRECTORY=… -D FUNCTION=… -D OUTPUT=… -P embed.cmake) it writes the
# library's source.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  function(thalweg_embed target directory)
    cmake_parse_arguments(EMBED "" "FUNCTION" "DEPENDS" ${ARGN})
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}.cc)
    add_custom_command(OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -D DIRECTORY=${directory} -D FUNCTION=${EMBED_FUNCTION}
        -D OUTPUT=${output} -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
      DEPENDS ${CMAKE_CURRENT_FUNCTION_LIST_FILE} ${EMBED_DEPENDS}
      COMMENT "Embedding ${directory}" VERBATIM)
    add_library(${target} STATIC ${output})
    target_link_libraries(${target} PUBLIC thalweg_flags)
  endfunction()
  return()
endif()

get_filename_component(name ${OUTPUT} NAME_WE)
set(work ${OUTPUT}.files)  # of each file a copy by its hash, and its compressed form
file(REMOVE_RECURSE ${work})
file(MAKE_DIRECTORY ${work})
file(GLOB_RECURSE files LIST_DIRECTORIES false RELATIVE ${DIRECTORY} ${DIRECTORY}/*)
list(SORT files)

set(blobs "")
set(entries "")
function(add_blob symbol file)
  file(REAL_PATH ${file} file)
  string(APPEND blobs "asm(R\"(.pushsection .rodata\n${symbol}: .incbin \"${file}\"\n"
    "${symbol}_end: .byte 0\n.popsection)\");\n"
    "extern \"C\" const char ${symbol}[], ${symbol}_end[];\n")
  set(blobs "${blobs}" PARENT_SCOPE)
endfunction()

foreach(file ${files})
  file(SHA256 ${DIRECTORY}/${file} hash)
  string(SUBSTRING ${hash} 0 32 etag)
  set(symbol thalweg_${name}_${etag})
  configure_file(${DIRECTORY}/${file} ${work}/${etag} COPYONLY)
  execute_process(COMMAND gzip -9 -n -c ${work}/${etag} OUTPUT_FILE ${work}/${etag}.gz
    COMMAND_ERROR_IS_FATAL ANY)
  if(NOT DEFINED seen_${etag})
    set(seen_${etag} TRUE)
    add_blob(${symbol} ${work}/${etag})
    add_blob(${symbol}_gz ${work}/${etag}.gz)
  endif()
  file(SIZE ${work}/${etag} plain)
  file(SIZE ${work}/${etag}.gz compressed)
  set(gzip "{}")
  if(compressed LESS plain)
    set(gzip "Between(${symbol}_gz, ${symbol}_gz_end)")
  endif()
  string(APPEND entries
    "    {\"${file}\", \"${etag}\", Between(${symbol}, ${symbol}_end),\n     ${gzip}},\n")
endforeach()

file(WRITE ${OUTPUT} "// Written by server/web/embed.cmake.
#include <vector>

#include \"server/web/assets.h\"

${blobs}
namespace thalweg::web {

std::span<const Asset> ${FUNCTION}() {
  [[maybe_unused]] const auto Between = [](const char* begin, const char* end) {
    return std::string_view(begin, static_cast<size_t>(end - begin));
  };
  static const std::vector<Asset> assets = {
${entries}  };
  return assets;
}

}  // namespace thalweg::web
")
