// SPDX-License-Identifier: Apache-2.0
#include "node/go_program.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace unsnag::node {
namespace {

constexpr std::string_view k_magic("\xff Go buildinf:", 14);
constexpr std::size_t k_header = 32;  // magic, pointer size, flags, and up to 1.17 two pointers
constexpr std::size_t k_most_text = std::size_t{4} << 20U;
constexpr std::size_t k_most_sections = 10'000;

template <typename T>
bool at(std::string_view bytes, std::size_t offset, T& value) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof value) return false;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return true;
}

struct Place {
  std::uint64_t offset = 0, size = 0;
};

/// Where .go.buildinfo is: its section, or with the sections stripped the first writable segment.
template <typename Header, typename Section, typename Segment>
Result<Place> find(const ReadAt& read, std::string_view head) {
  Header header{};
  if (!at(head, 0, header)) return fail(Errc::malformed, "too short for an ELF header");
  if (header.e_shnum != 0 && header.e_shnum <= k_most_sections && header.e_shentsize == sizeof(Section) &&
      header.e_shstrndx < header.e_shnum) {
    const auto table = read(header.e_shoff, std::size_t{header.e_shnum} * sizeof(Section));
    Section names{};
    if (at(table, header.e_shstrndx * sizeof names, names)) {
      const auto text = read(names.sh_offset, static_cast<std::size_t>(std::min<std::uint64_t>(names.sh_size, k_most_text)));
      Section one{};
      for (std::size_t i = 0; at(table, i * sizeof one, one); ++i) {
        constexpr std::string_view k_name(".go.buildinfo\0", 14);
        if (one.sh_name < text.size() && std::string_view(text).substr(one.sh_name).starts_with(k_name))
          return Place{one.sh_offset, one.sh_size};
      }
    }
  }
  if (header.e_phentsize == sizeof(Segment)) {
    const auto table = read(header.e_phoff, std::size_t{header.e_phnum} * sizeof(Segment));
    Segment one{};
    for (std::size_t i = 0; at(table, i * sizeof one, one); ++i)
      if (one.p_type == PT_LOAD && (one.p_flags & (PF_X | PF_W)) == PF_W) return Place{one.p_offset, one.p_filesz};
  }
  return fail(Errc::unsupported, "no Go program");
}

/// A length as Go's encoding/binary writes it, then that many bytes. False: there are not so many.
bool take_string(std::string_view& bytes, std::string& out) {
  std::uint64_t length = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    if (bytes.empty()) return false;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    length |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) {
      if (length > bytes.size()) return false;
      out = std::string(bytes.substr(0, static_cast<std::size_t>(length)));
      bytes.remove_prefix(static_cast<std::size_t>(length));
      return true;
    }
  }
  return false;
}

/// "-X k8s.io/component-base/version.gitVersion=v1.29.3 -X 'main.x=y'": the value of the first name that tells a version.
std::string version_of_flags(std::string_view flags) {
  for (const std::string_view name : {"k8s.io/component-base/version.gitVersion=", "/version.Version=", "/version.GitVersion=",
                                      "dockerversion.Version=", "main.version=", "/build.Version=", "version.version="}) {
    const auto found = flags.find(name);
    if (found == std::string_view::npos) continue;
    auto value = flags.substr(found + name.size());
    value = value.substr(0, value.find_first_of(" '\"\t\n"));
    if (!value.empty()) return std::string(value);
  }
  return {};
}

}  // namespace

void parse_module_info(std::string_view text, GoProgram& program) {
  std::string linked;
  for (const auto line : split(text, '\n')) {
    const auto words = split(line, '\t');
    if (words.size() >= 2 && words[0] == "path") program.path = std::string(words[1]);
    if (words.size() >= 3 && words[0] == "mod") {
      program.module = std::string(words[1]);
      if (words[2] != "(devel)") program.version = std::string(words[2]);
    }
    if (words.size() < 2 || words[0] != "build" || program.settings.size() >= 1000) continue;
    const auto equals = words[1].find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = words[1].substr(0, equals), quoted = line.substr(line.find('=') + 1);
    auto value = quoted.size() >= 2 && (quoted.front() == '"' || quoted.front() == '`') && quoted.back() == quoted.front()
                     ? unescape(quoted.substr(1, quoted.size() - 2))
                     : std::string(quoted);
    if (key == "-ldflags") linked = version_of_flags(value);
    program.settings.emplace_back(key, std::move(value));
  }
  if (!linked.empty()) program.version = linked;
}

Result<GoProgram> read_go_program(const ReadAt& read) {
  const auto head = read(0, sizeof(Elf64_Ehdr));
  if (head.size() < sizeof(Elf32_Ehdr) || !head.starts_with("\x7f"
                                                            "ELF"))
    return fail(Errc::unsupported, "no ELF file");
  if (head[EI_DATA] != ELFDATA2LSB) return fail(Errc::unsupported, "an ELF file of the other byte order");
  TRY_ASSIGN(const auto place, head[EI_CLASS] == ELFCLASS64 ? (find<Elf64_Ehdr, Elf64_Shdr, Elf64_Phdr>(read, head))
                                                            : (find<Elf32_Ehdr, Elf32_Shdr, Elf32_Phdr>(read, head)));
  const auto bytes = read(place.offset, static_cast<std::size_t>(std::min<std::uint64_t>(place.size, k_most_text)));
  std::string_view rest = bytes;
  const auto magic = rest.find(k_magic);
  if (magic == std::string_view::npos || rest.size() - magic < k_header) return fail(Errc::unsupported, "no Go program");
  rest.remove_prefix(magic);
  constexpr unsigned k_inline = 2;
  if ((static_cast<unsigned char>(rest[15]) & k_inline) == 0) return fail(Errc::unsupported, "a Go program of before 1.18");
  rest.remove_prefix(k_header);
  GoProgram program;
  std::string text;
  if (!take_string(rest, program.go) || !take_string(rest, text)) return fail(Errc::malformed, "its build information is cut");
  // The text stands between two marks of 16 bytes.
  if (text.size() >= 33 && text[text.size() - 17] == '\n') parse_module_info(std::string_view(text).substr(16, text.size() - 33), program);
  program.go = printable(clip(program.go, 100));
  return program;
}

Result<GoProgram> read_go_program(const Root& root, std::string_view path) {
  TRY_ASSIGN(const auto fd, root.open_file(path));
  return read_go_program([&](std::uint64_t offset, std::size_t size) {
    std::string bytes(std::min(size, k_most_text), '\0');
    bytes.resize(read_at(fd.get(), offset, bytes.data(), bytes.size()).bytes);
    return bytes;
  });
}

}  // namespace unsnag::node
