# Writes the manual pages and the shells' completions, as the executable itself knows them.
#   cmake -DCOS=EXECUTABLE -DOUTPUT=DIRECTORY -P face.cmake
file(REMOVE_RECURSE ${OUTPUT})
file(MAKE_DIRECTORY ${OUTPUT}/completions)
execute_process(COMMAND ${COS} man --output ${OUTPUT}/man1 OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
foreach(shell bash zsh fish)
  execute_process(COMMAND ${COS} completions ${shell} OUTPUT_FILE ${OUTPUT}/completions/${shell}
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(TOUCH ${OUTPUT}/made)
