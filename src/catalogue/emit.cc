// SPDX-License-Identifier: Apache-2.0
#include "catalogue/emit.h"

#include <fmt/format.h>

#include "catalogue/cpp_literal.h"

namespace unsnag::catalogue {
std::string emit(const Files& files) {
  std::string out =
      "// Made by unsnag-catalogue from catalogue/*.toml. Do not edit.\n"
      "#include \"catalogue/built_in.h\"\n\n"
      "namespace unsnag::catalogue {\n\n"
      "std::vector<Message> built_in_messages() {\n"
      "  struct Row { const char* id; const char* program; std::vector<const char*> texts, establishes;"
      " const char* frame; bool is_frame, at_start, at_end; };\n"
      "  static const Row k_rows[] = {\n";
  for (const auto& message : files.messages)
    out += fmt::format("    {{{}, {}, {}, {}, {}, {}, {}, {}}},\n", cpp_literal(message.id), cpp_literal(message.program),
                       cpp_list(message.texts), cpp_list(message.establishes), cpp_literal(message.frame), message.is_frame,
                       message.at_start, message.at_end);
  out +=
      "  };\n"
      "  std::vector<Message> messages;\n"
      "  for (const auto& row : k_rows) {\n"
      "    Message message;\n"
      "    message.id = row.id;\n"
      "    message.program = row.program;\n"
      "    message.texts.assign(row.texts.begin(), row.texts.end());\n"
      "    message.establishes.assign(row.establishes.begin(), row.establishes.end());\n"
      "    message.frame = row.frame;\n"
      "    message.is_frame = row.is_frame;\n"
      "    message.at_start = row.at_start;\n"
      "    message.at_end = row.at_end;\n"
      "    messages.push_back(std::move(message));\n"
      "  }\n"
      "  return messages;\n"
      "}\n\n"
      "std::vector<FactFailure> built_in_facts() {\n"
      "  return {\n";
  for (const auto& fact : files.facts) out += fmt::format("    {{{}, {}}},\n", cpp_literal(fact.name), cpp_literal(fact.failure));
  out += "  };\n}\n\n}  // namespace unsnag::catalogue\n";
  return out;
}

}  // namespace unsnag::catalogue
