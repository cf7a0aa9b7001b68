#include "torture/disk.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace libcos::torture {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSector = 512;

using Kind = Event::Kind;

bool is_bytes(const Event& event) { return event.kind == Kind::kWrite || event.kind == Kind::kTruncate; }
bool is_sync(const Event& event) { return event.kind == Kind::kSync || event.kind == Kind::kSyncDirectory; }

std::uint64_t inode_of(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

std::string parent(const std::string& path) { return fs::path(path).parent_path().string(); }

// Whether a sync made `event` durable.
bool makes_durable(const Event& sync, const Event& event) {
  if (is_bytes(event)) {
    return sync.kind == Kind::kSync && sync.inode == event.inode;
  }
  return sync.kind == Kind::kSyncDirectory &&
         (sync.path == parent(event.path) ||
          ((event.kind == Kind::kRename || event.kind == Kind::kExchange) && sync.path == parent(event.to)));
}

bool is_durable(const Journal& journal, std::size_t index, std::size_t until) {
  return std::any_of(journal.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                     journal.begin() + static_cast<std::ptrdiff_t>(until),
                     [&](const Event& later) { return makes_durable(later, journal[index]); });
}

void tear(Event& write, std::mt19937& random) {
  const std::size_t sectors = (write.bytes.size() + kSector - 1) / kSector;
  write.bytes.resize(std::min(write.bytes.size(), kSector * (random() % (sectors + 1))));
}

// False when the event is lost; else what it has become.
bool survives(Event& event, Cut cut, bool is_last, std::mt19937& random) {
  switch (cut) {
    case Cut::kAll:
      return true;
    case Cut::kNothing:
      return false;
    case Cut::kNamesOnly:
      return !is_bytes(event);
    case Cut::kZeros:
      std::fill(event.bytes.begin(), event.bytes.end(), '\0');
      return true;
    case Cut::kBytesOnly:
      return is_bytes(event);
    case Cut::kTornLast:
      if (is_last && event.kind == Kind::kWrite) {
        tear(event, random);
      }
      return true;
    case Cut::kSomeAndTorn:
      if (event.kind == Kind::kWrite && random() % 3 == 0) {
        tear(event, random);
        return true;
      }
      return random() % 2 == 0;
    case Cut::kSomeZeros:
      if (event.kind == Kind::kWrite && random() % 3 == 0) {
        std::fill(event.bytes.begin(), event.bytes.end(), '\0');
        return true;
      }
      return random() % 2 == 0;
    case Cut::kSome:
      return random() % 2 == 0;
  }
  return true;
}

}  // namespace

std::string_view name_of(Cut cut) {
  switch (cut) {
    case Cut::kAll:
      return "everything";
    case Cut::kNothing:
      return "what was synced";
    case Cut::kNamesOnly:
      return "names without bytes";
    case Cut::kZeros:
      return "zeros for bytes";
    case Cut::kBytesOnly:
      return "bytes without names";
    case Cut::kTornLast:
      return "a torn last write";
    case Cut::kSome:
      return "some of it";
    case Cut::kSomeAndTorn:
      return "some of it, torn";
    case Cut::kSomeZeros:
      return "some of it, some of that zeros";
  }
  return "";
}

Disk Disk::read(const fs::path& directory) {
  Disk disk;
  disk.directories_.insert(directory.string());
  for (const auto& item : fs::recursive_directory_iterator(directory)) {
    if (item.is_directory()) {
      disk.directories_.insert(item.path().string());
    } else if (item.is_regular_file()) {
      std::ifstream file(item.path(), std::ios::binary);
      const std::uint64_t inode = inode_of(item.path());
      disk.names_[item.path().string()] = inode;
      disk.modes_[inode] = item.status().permissions();
      disk.contents_[inode] = {std::istreambuf_iterator<char>(file), {}};
    }
  }
  return disk;
}

void Disk::apply(const Event& event) {
  switch (event.kind) {
    case Kind::kWrite: {
      std::string& content = contents_[event.inode];
      content.resize(std::max<std::size_t>(content.size(), event.position + event.bytes.size()));
      content.replace(event.position, event.bytes.size(), event.bytes);
      break;
    }
    case Kind::kTruncate:
      contents_[event.inode].resize(event.position);
      break;
    case Kind::kName:
      names_[event.path] = event.inode;
      break;
    case Kind::kUnname:
      names_.erase(event.path);
      break;
    case Kind::kRename:
      names_.erase(event.path);
      names_[event.to] = event.inode;
      break;
    case Kind::kExchange:
      std::swap(names_[event.path], names_[event.to]);
      break;
    case Kind::kMakeDirectory:
      directories_.insert(event.path);
      break;
    case Kind::kSync:
    case Kind::kSyncDirectory:
    case Kind::kTouch:
      break;
  }
}

void Disk::write_to(const fs::path& directory, const fs::path& original) const {
  fs::create_directories(directory);
  const auto placed = [&](const std::string& path) { return directory / fs::path(path).lexically_relative(original); };
  // In the order of their names a directory comes before what is in it.
  for (const std::string& path : directories_) {
    if (path != original.string() && directories_.contains(parent(path)) &&
        fs::is_directory(placed(path).parent_path())) {
      fs::create_directory(placed(path));
      fs::permissions(placed(path), fs::perms::owner_all);
    }
  }
  std::map<std::uint64_t, fs::path> first_names;
  for (const auto& [path, inode] : names_) {
    if (!fs::is_directory(placed(path).parent_path())) {
      continue;
    }
    const auto [first, is_first] = first_names.emplace(inode, placed(path));
    if (!is_first) {
      fs::create_hard_link(first->second, placed(path));
    } else {
      const auto content = contents_.find(inode);
      std::ofstream(placed(path), std::ios::binary) << (content == contents_.end() ? std::string() : content->second);
      if (const auto mode = modes_.find(inode); mode != modes_.end()) {
        fs::permissions(placed(path), mode->second);
      }
    }
  }
}

std::vector<Event> what_is_left(const Journal& journal, std::size_t until, Cut cut, std::mt19937& random) {
  std::vector<Event> left;
  for (std::size_t index = 0; index < until; ++index) {
    Event event = journal[index];
    if (!is_sync(event) && (is_durable(journal, index, until) || survives(event, cut, index + 1 == until, random))) {
      left.push_back(std::move(event));
    }
  }
  return left;
}

}  // namespace libcos::torture
