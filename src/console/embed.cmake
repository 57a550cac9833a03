# Writes the file IN, in CODING, to OUT as the elements of an array.
if(CODING STREQUAL "br")
  execute_process(COMMAND ${BROTLI} --stdout --quality=11 ${IN} OUTPUT_FILE ${OUT}.bytes COMMAND_ERROR_IS_FATAL ANY)
elseif(CODING STREQUAL "gzip")
  execute_process(COMMAND gzip --stdout --no-name -9 ${IN} OUTPUT_FILE ${OUT}.bytes COMMAND_ERROR_IS_FATAL ANY)
else()
  file(COPY_FILE ${IN} ${OUT}.bytes)
endif()
file(READ ${OUT}.bytes bytes HEX)
file(REMOVE ${OUT}.bytes)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "([^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n][^\n])"
  "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "${bytes}")
