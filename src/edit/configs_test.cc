// SPDX-License-Identifier: Apache-2.0
// The files in tests/data/configs, as programs and platforms have them: every value of every one is changed and changed back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>

#include "edit/every_leaf_for_tests.h"

namespace unsnag::edit {
namespace {

namespace fs = std::filesystem;

Format format_of(const fs::path& file) {
  const auto extension = file.extension().string();
  if (extension == ".yaml") return Format::yaml;
  if (extension == ".json") return Format::json;
  if (extension == ".toml") return Format::toml;
  return extension == ".env" ? Format::env : Format::unit;
}

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Configs, EveryValueOfEveryFileIsChangedAndChangedBack) {
  std::map<Format, std::size_t> files;
  std::size_t edits = 0, undone = 0, refused = 0, count = 0;
  for (const auto& entry : fs::directory_iterator(UNSNAG_TEST_DATA "/configs")) {
    const auto& file = entry.path();
    if (file.extension() == ".md") continue;
    ++count;
    const auto text = content(file);
    const auto tried = try_every_leaf(text, format_of(file));
    EXPECT_THAT(tried.wrong, ::testing::IsEmpty()) << file;
    // What may be refused: values that are shared or tagged, what stands in a template's condition, and a text among numbers.
    for (const auto& one : tried.refused)
      EXPECT_THAT(
          one, ::testing::AnyOf(::testing::HasSubstr("has an anchor"), ::testing::HasSubstr("is an alias"),
                                ::testing::HasSubstr("has the tag !"), ::testing::HasSubstr("a condition of the template"),
                                ::testing::HasSubstr("is put together by the template"), ::testing::HasSubstr("items that are no texts")))
          << file;
    // What may not come back by bytes: escapes, folds and quotes that nobody would write so again.
    EXPECT_LE(tried.not_undone.size(), 4U) << file << ::testing::PrintToString(tried.not_undone);
    edits += tried.edits;
    undone += tried.undone;
    refused += tried.refused.size();
  }
  std::cout << count << " files, " << edits << " edits, " << undone << " undone byte for byte, " << refused << " refused\n";
  EXPECT_GE(count, 200U);
  EXPECT_GE(undone * 1000, edits * 995);
}

}  // namespace
}  // namespace unsnag::edit
