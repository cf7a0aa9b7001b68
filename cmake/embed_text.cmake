# Writes OUTPUT, a C++ file that defines kStarterListText with the text of INPUT.
file(READ ${INPUT} text)
string(LENGTH "${text}" length)
set(body "")
set(at 0)
# In pieces: some compilers limit one literal to 16 KiB.
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND body "R\"list(${piece})list\"\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE ${OUTPUT} "#include \"phl/starter_text.h\"\n\nnamespace libcos {\nconst std::string_view kStarterListText =\n${body};\n}\n")
