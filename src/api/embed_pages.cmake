# cmake -D FOLDER=... -D OUT=... -P embed_pages.cmake: each file of the folder becomes a pair of symbols.
file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
set(labels "")
set(declarations "")
set(table "")
set(number 0)
foreach(name ${files})
  set(symbol freshet_page_${number})
  string(APPEND labels
    "  .globl ${symbol}\n${symbol}:\n  .incbin \"${FOLDER}/${name}\"\n"
    "  .globl ${symbol}_end\n${symbol}_end:\n  .byte 0\n")
  string(APPEND declarations "extern const char ${symbol}[], ${symbol}_end[];\n")
  string(APPEND table "      {\"${name}\", {${symbol}, ${symbol}_end}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT} "// Generated: the web UI's files, byte by byte.
#include \"api/pages.hpp\"

asm(R\"(
  .pushsection .rodata,\"a\",@progbits
${labels}  .popsection
)\");

extern \"C\" {
${declarations}}

namespace freshet::api {

std::span<const Page> embedded_pages() {
  static const Page pages[] = {
${table}      {\"\", \"\"}};
  return std::span{pages}.first(std::size(pages) - 1);
}

}  // namespace freshet::api
")
