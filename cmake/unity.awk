# Which files may be compiled as one. Reads C++ files and looks at what stands at the left margin, where everything
# outside classes and functions begins.
#   -v mode=names         prints "<namespace> <name>" for all that is declared there (for headers)
#   -v names=F -v limit=N prints "<group> <file>" for each file, in their order: no two files of a group declare
#                         the same name there, or open different namespaces with `using namespace`, and what a
#                         file keeps to itself in an unnamed namespace is no name of a header (F). A group has
#                         at most N lines.
function note(id, text) { name[FILENAME, ++count[FILENAME]] = id; meaning[FILENAME, count[FILENAME]] = text }
function declared(id) {
  if (id == "" || id ~ /:|~|operator/) return  # what has a scope is told apart by it
  if (mode == "names") print space, id
  else note(id, "")
  if (unnamed) hidden[FILENAME, id] = space
}
function read_line(line,   words, parts) {
  if (line ~ /^(template|static_assert|extern|TEST|TYPED_TEST)/) return
  if (line ~ /^namespace [a-z_0-9:]+ {/) { split(line, words, " "); space = words[2]; return }
  if (line ~ /^namespace {/) { unnamed = 1; return }
  if (line ~ /^using namespace /) {
    if (line !~ /literals;$/) opened[FILENAME] = opened[FILENAME] line
    return
  }
  # The same alias twice is none too many.
  if (line ~ /^(using|namespace) [A-Za-z_0-9]+ =/) { split(line, words, " "); note(words[2], line); return }
  if (line ~ /^using [A-Za-z_0-9:]+;/) {
    sub(/;.*/, "", line)
    note(substr(line, match(line, /[A-Za-z_0-9]+$/)), line)
    return
  }
  if (line ~ /^[A-Z_0-9]+\(/) sub(/^[A-Z_0-9]+\(/, "struct ", line)  # MATCHER_P(Name, ...
  while (gsub(/<[^<>]*>/, "", line)) {}
  if (line ~ /^enum [^c]/) in_enum = 1
  if (match(line, /^(struct|class|union|enum class|enum) (alignas\([^)]*\) )?[A-Za-z_0-9:]+/)) {
    line = substr(line, 1, RLENGTH)
    sub(/^.* /, "", line)
    declared(line)
    return
  }
  if (line ~ /operator/) return
  # A function, or the variables of one declaration.
  while (match(line, /[A-Za-z_0-9:~]+(\[[^\]]*\])? *[({=;]/)) {
    words[1] = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    sub(/[^A-Za-z_0-9:~].*$/, "", words[1])
    declared(words[1])
    if (!sub(/^[^,]*, (k[A-Z])/, "&", line) || words[1] !~ /^k[A-Z]/) return
    sub(/^[^,]*, /, "", line)
  }
}
# Those of an enumeration without a scope are names beside it.
function read_enumerators(line,   id) {
  while (match(line, /k[A-Z][A-Za-z_0-9]*/)) {
    id = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    declared(id)
  }
}
function is_of_a_header(file, k,   id, where) {
  id = name[file, k]
  if (!((file, id) in hidden)) return 0
  for (where = hidden[file, id]; where != "";) {
    if ((where, id) in in_headers) return 1
    if (!sub(/::[^:]*$/, "", where)) where = ""
  }
  return 0
}
function fits(file, group,   k, id) {
  if (!(group in size)) return 1
  if (group in alone || file in single) return 0
  if (size[group] + lines[file] > limit || opens[group] != opened[file]) return 0
  for (k = 1; k <= count[file]; ++k) {
    id = name[file, k]
    if ((group, id) in taken && (taken[group, id] != meaning[file, k] || meaning[file, k] == "")) return 0
  }
  return 1
}
function put(file,   group, k) {
  for (k = 1; k <= count[file]; ++k) if (is_of_a_header(file, k)) single[file]
  for (group = 1; !fits(file, group); ++group) {}
  for (k = 1; k <= count[file]; ++k) taken[group, name[file, k]] = meaning[file, k]
  size[group] += lines[file]
  opens[group] = opened[file]
  if (file in single) alone[group]
  print group, file
}
BEGIN { if (names != "") while ((getline line < names) > 0) { split(line, part, " "); in_headers[part[1], part[2]] } }
FNR == 1 { order[++files] = FILENAME; unnamed = 0; space = "" }
{ ++lines[FILENAME] }
/^}  \/\/ namespace$/ { unnamed = 0 }
/^[A-Za-z[]/ { read_line($0) }
in_enum { read_enumerators($0); if (/}/) in_enum = 0 }
END { if (mode != "names") for (i = 1; i <= files; ++i) put(order[i]) }
