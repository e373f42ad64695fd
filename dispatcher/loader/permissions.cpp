#include "switchyard/loader/permissions.h"

#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/status/statusor.h"
#include "switchyard/core/error.h"

namespace sy {
namespace {

namespace fs = std::filesystem;

absl::Status refuse(const fs::path& path, const char* who) {
  return make_status(ErrorCode::kFailedPrecondition, str_cat(path.string(), " is writable by ", who));
}

absl::StatusOr<struct stat> look(const fs::path& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) return info;
  return make_status(ErrorCode::kNotFound, str_cat(path.string(), " does not exist"));
}

/// The directories above, in which somebody could rename the one below. *sticky: the nearest one keeps everybody from
/// another's files, and that alone.
absl::Status check_parents(const fs::path& path, bool privileged, bool* sticky) {
  *sticky = false;
  for (fs::path p = path.parent_path();; p = p.parent_path()) {
    absl::StatusOr<struct stat> info = look(p);
    if (!info.ok()) return info.status();
    const bool keeps = (info->st_mode & S_ISVTX) != 0;
    if ((info->st_mode & S_IWOTH) && !keeps) return refuse(p, "everyone");
    if (privileged && (info->st_mode & S_IWGRP) && !keeps) return refuse(p, "its group");
    if (p == path.parent_path()) *sticky = keeps && (info->st_mode & (S_IWOTH | S_IWGRP));
    if (p == p.parent_path()) return absl::OkStatus();
  }
}

}  // namespace

bool is_privileged() { return getauxval(AT_SECURE) != 0; }

absl::Status check_plugin_file(const std::string& path, bool privileged) {
  absl::StatusOr<struct stat> info = look(path);
  if (!info.ok()) return info.status();
  if (info->st_mode & S_IWOTH) return refuse(path, "everyone");
  if (privileged && (info->st_mode & S_IWGRP)) return refuse(path, "its group");
  bool sticky = false;
  SY_RETURN_IF_ERROR(check_parents(path, privileged, &sticky));
  if (sticky && info->st_uid != 0 && info->st_uid != geteuid()) {
    return make_status(ErrorCode::kFailedPrecondition,
                       str_cat(path, " belongs to another user, in a directory where anyone may put files"));
  }
  return absl::OkStatus();
}

absl::Status check_plugin_directory(const std::string& path, bool privileged) {
  absl::StatusOr<struct stat> info = look(path);
  if (!info.ok()) return info.status();
  if (info->st_mode & S_IWOTH) return refuse(path, "everyone");
  if (privileged && (info->st_mode & S_IWGRP)) return refuse(path, "its group");
  bool sticky = false;
  return check_parents(path, privileged, &sticky);
}

}  // namespace sy
