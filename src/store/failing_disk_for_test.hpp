/// A disk that fails on request: SQLite's own file layer with faults in front of it.
///
/// While an instance exists it is the layer of every connection that is opened. It counts the calls
/// of one kind and lets the N-th fail, once, twice or from then on.
///
/// Source: sqlite.org/vfs.html, sqlite.org/testing.html (I/O error tests).
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include <sqlite3.h>

#include "base/enum_table.hpp"

namespace weir::store {

enum class Fault : std::uint8_t {
  full,         ///< a write that finds no space
  write_error,  ///< a write that fails
  short_write,  ///< a write of which half succeeds
  read_error,
  sync_error,
  truncate_error,
  open_error,  ///< also out of descriptors
  lock_error,
  map_error,  ///< the shared memory of the write-ahead log
};
inline constexpr EnumNames<Fault> kFaultNames({
    {Fault::full, "full"},
    {Fault::write_error, "write_error"},
    {Fault::short_write, "short_write"},
    {Fault::read_error, "read_error"},
    {Fault::sync_error, "sync_error"},
    {Fault::truncate_error, "truncate_error"},
    {Fault::open_error, "open_error"},
    {Fault::lock_error, "lock_error"},
    {Fault::map_error, "map_error"},
});

/// How often it fails: at the N-th call; at that and the next but one; at every call from it on.
enum class Often : std::uint8_t { once, twice, always };

class FailingDisk {
 public:
  FailingDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.zName = "failing";
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = &FailingDisk::open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;
  ~FailingDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }

  /// Fails calls from now on. REQUIRES: index >= 1.
  void arm(Fault fault, int index, Often often) {
    armed_ = true;
    fault_ = fault;
    index_ = index;
    often_ = often;
    calls_ = 0;
  }
  void disarm() { armed_ = false; }
  /// True if the call to fail was made.
  [[nodiscard]] bool struck() const { return calls_ >= index_; }

 private:
  /// SQLite's view of an open file; the real file's object follows it in memory.
  struct File : sqlite3_file {
    FailingDisk* disk;
    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static File& as_file(sqlite3_file* file) { return *static_cast<File*>(file); }
  static sqlite3_file* real_of(sqlite3_file* file) { return as_file(file).real(); }
  static const sqlite3_io_methods& methods_of(sqlite3_file* file) {
    return *real_of(file)->pMethods;
  }

  [[nodiscard]] bool strikes(Fault fault) {
    if (!armed_ || fault != fault_) return false;
    ++calls_;
    return calls_ == index_ || (often_ == Often::twice && calls_ == index_ + 2) ||
           (often_ == Often::always && calls_ > index_);
  }
  static bool strikes(sqlite3_file* file, Fault fault) {
    return as_file(file).disk->strikes(fault);
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    auto& disk = *static_cast<FailingDisk*>(vfs->pAppData);
    File& opened = as_file(file);
    opened.pMethods = nullptr;
    opened.disk = &disk;
    if (disk.strikes(Fault::open_error)) return SQLITE_CANTOPEN;
    std::memset(opened.real(), 0, static_cast<std::size_t>(disk.real_->szOsFile));
    const int code = disk.real_->xOpen(disk.real_, path, opened.real(), flags, out);
    if (code == SQLITE_OK) opened.pMethods = &kMethods;
    return code;
  }

  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    if (strikes(file, Fault::full)) return SQLITE_FULL;
    if (strikes(file, Fault::write_error)) return SQLITE_IOERR_WRITE;
    if (strikes(file, Fault::short_write)) {
      methods_of(file).xWrite(real_of(file), data, size / 2, at);
      return SQLITE_FULL;
    }
    return methods_of(file).xWrite(real_of(file), data, size, at);
  }

  // Forwarding.
  static int close(sqlite3_file* file) { return methods_of(file).xClose(real_of(file)); }
  static int read(sqlite3_file* file, void* data, int size, sqlite3_int64 at) {
    if (strikes(file, Fault::read_error)) return SQLITE_IOERR_READ;
    return methods_of(file).xRead(real_of(file), data, size, at);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (strikes(file, Fault::truncate_error)) return SQLITE_IOERR_TRUNCATE;
    return methods_of(file).xTruncate(real_of(file), size);
  }
  static int sync(sqlite3_file* file, int) {
    // The tests do not power off the machine, so nothing has to reach the disk.
    return strikes(file, Fault::sync_error) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
  }
  static int size(sqlite3_file* file, sqlite3_int64* out) {
    return methods_of(file).xFileSize(real_of(file), out);
  }
  static int lock(sqlite3_file* file, int level) {
    if (strikes(file, Fault::lock_error)) return SQLITE_IOERR_LOCK;
    return methods_of(file).xLock(real_of(file), level);
  }
  static int unlock(sqlite3_file* file, int level) {
    return methods_of(file).xUnlock(real_of(file), level);
  }
  static int reserved(sqlite3_file* file, int* out) {
    return methods_of(file).xCheckReservedLock(real_of(file), out);
  }
  static int control(sqlite3_file* file, int what, void* argument) {
    return methods_of(file).xFileControl(real_of(file), what, argument);
  }
  static int sector(sqlite3_file* file) { return methods_of(file).xSectorSize(real_of(file)); }
  static int device(sqlite3_file* file) {
    return methods_of(file).xDeviceCharacteristics(real_of(file));
  }
  static int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    if (strikes(file, Fault::map_error)) return SQLITE_IOERR_SHMMAP;
    return methods_of(file).xShmMap(real_of(file), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    // Unlocking cannot fail.
    if ((flags & SQLITE_SHM_LOCK) != 0 && strikes(file, Fault::lock_error)) {
      return SQLITE_IOERR_SHMLOCK;
    }
    return methods_of(file).xShmLock(real_of(file), offset, count, flags);
  }
  static void shm_barrier(sqlite3_file* file) { methods_of(file).xShmBarrier(real_of(file)); }
  static int shm_unmap(sqlite3_file* file, int remove) {
    return methods_of(file).xShmUnmap(real_of(file), remove);
  }

  // Version 2: no memory-mapped pages, so that every page passes through here.
  static constexpr sqlite3_io_methods kMethods{
      2,       close,  read,   write,   truncate, sync,        size,      lock,    unlock, reserved,
      control, sector, device, shm_map, shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  bool armed_ = false;
  Fault fault_ = Fault::full;
  Often often_ = Often::once;
  int index_ = 1;
  int calls_ = 0;
};

}  // namespace weir::store
