// Store: the entries of a whole machine. What a browser engine or a tool includes.
//
//   auto store = libcos::Store::open({});
//   auto writer = store->begin_write({realm, origin, hash, libcos::Scope::global()});
//   writer->append(bytes);
//   writer->close();                                          // verified, durable, visible
//   auto found = store->request_read({realm, origin}, hash);  // disclosure decided
//   auto reader = store->open_entry(hash);
//
// Several processes may use one directory at once. Nothing is registered before complete bytes have been
// verified; what close() has resolved survives a crash and a power cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cos/disclosure.h"
#include "cos/hash.h"
#include "cos/insight.h"
#include "cos/origin.h"
#include "cos/phl.h"
#include "cos/realm.h"
#include "cos/result.h"
#include "cos/scope.h"

namespace libcos {

struct StoreOptions {
  // Empty: $COS_HOME, else $XDG_DATA_HOME/cos, else ~/.local/share/cos. Created with mode 0700.
  std::filesystem::path directory;
  // Milliseconds since 1970; empty: the system's clock.
  std::function<std::int64_t()> clock;
  // What the administrator of the machine has decided, which wins over the user's settings (docs/administrators.md).
  // Read when the store is opened; not to be taken from where a user can say it, such as the environment. Empty: nobody
  // decides anything.
  std::filesystem::path administrator_policy = "/etc/cos/policy.json";
};

// The directory that an empty StoreOptions::directory stands for.
std::filesystem::path default_store_directory();

// Who asks, as the browser knows it.
struct Caller {
  Realm realm;
  Origin origin;
  // The top-level document's origin, which budgets are charged to; the caller's own when absent.
  std::optional<Origin> top_level = std::nullopt;
  // Whether the user has interacted with the page (sticky activation). Without it no spent budget is refilled.
  bool user_activation = false;
  // Whether the browser lets this page's frames use third-party cookies. Asked for only when the user has tied
  // cross-site disclosure to it; unknown counts as no.
  std::optional<bool> third_party_cookies = std::nullopt;
};

// A read request that was granted.
struct Found {
  Hash hash;
  std::uint64_t size;
  Disclosure disclosure;  // never kRefused
};

struct WriteRequest {
  Realm realm;
  // Absent: added by hand. Such an entry has no storing origin and is never collected for that reason.
  std::optional<Origin> origin;
  Hash hash;
  Scope scope = Scope::same_site();  // after the ceiling
  // Where the bytes came from, as claimed: for the user's eyes only.
  std::string source_url = {};
  // As in Caller.
  std::optional<Origin> top_level = std::nullopt;
  bool user_activation = false;
};

struct Published {
  Hash hash;
  std::uint64_t size;
  bool already_stored;          // the store had the bytes; they were verified again and kept once
  std::vector<Origin> dropped;  // listed origins that did not fit (the list was full)
};

namespace internal {
struct StoreState;
class WriterState;
class ReaderState;
}  // namespace internal

// One write session (createWritable). Move-only; one thread at a time; several sessions may run at once,
// also for one hash. Memory is bounded by a few MiB, whatever the file's size. Destroying an unclosed
// writer aborts it.
class Writer {
 public:
  // Appends at the end of what was written.
  Status append(std::span<const std::uint8_t> bytes);
  // Writes at `position`; a gap is filled with zeros. Errors: kQuotaExceeded, before anything is done,
  // when the result would be larger than limit() or the disk's reserve would be touched.
  Status write(std::uint64_t position, std::span<const std::uint8_t> bytes);
  Status truncate(std::uint64_t size);

  // Verifies the bytes and publishes them ("verify and store"). When it returns a Published, the entry is
  // durable and readable; what had to be evicted for it went in the same transaction. Errors: kData when the
  // bytes do not have the hash; kQuotaExceeded; kIo. After any error nothing is stored and nothing was
  // removed. The session has ended either way.
  Result<Published> close();
  void abort();

  // The user has interacted with the page since the session began.
  void note_user_activation();

  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] std::uint64_t limit() const;  // bytes
  [[nodiscard]] const Hash& hash() const;

  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();

 private:
  friend class Store;
  explicit Writer(std::unique_ptr<internal::WriterState> state);

  std::unique_ptr<internal::WriterState> state_;
};

// An open entry. Its bytes were verified against its hash after they last changed, and what is read is compared with
// its hash tree, so that bytes that a disk changed in silence are found, too. Any thread may call read() and check().
// The bytes stay readable when the entry is deleted meanwhile.
class Reader {
 public:
  [[nodiscard]] std::uint64_t size() const;
  // Fills `bytes` from `position`; returns how many bytes there were. Errors: kCorrupt (the entry is damaged, and
  // quarantined now), kIo.
  Result<std::size_t> read(std::uint64_t position, std::span<std::uint8_t> bytes) const;
  // Compares the MiBs of the file that hold these bytes with the hash tree, each once for this Reader. For who reads
  // through descriptor(); read() does it itself. Errors: as read().
  Status check(std::uint64_t position, std::uint64_t size) const;
  // The open file, owned by the Reader: for sendfile() and for linking. check() first what is sent.
  [[nodiscard]] int descriptor() const;

  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

 private:
  friend class Store;
  explicit Reader(std::unique_ptr<internal::ReaderState> state);

  std::unique_ptr<internal::ReaderState> state_;
};

struct StoringOrigin {
  std::string realm;
  std::string origin;
  std::int64_t stored_at;  // ms since 1970
  std::string source_url;
  std::string top_level;  // the site of the page, when the origin was framed by another site; else empty
};

// An entry as the user sees it. Never for pages.
struct EntryInfo {
  Hash hash;
  std::uint64_t size = 0;
  std::int64_t created_at = 0;  // ms since 1970, as the others
  std::int64_t last_read = 0;
  std::int64_t verified_at = 0;
  bool pinned = false;
  bool damaged = false;
  bool manual = false;
  bool globally_disclosable = false;  // in any realm
  bool on_public_hash_list = false;
  std::vector<StoringOrigin> storing_origins;
  std::vector<std::string> listed_origins;
};

// Last read, last stored or largest first; by hash: in ascending order.
enum class ListOrder { kHash, kRead, kStored, kSize };

// Where a page of a list ended.
struct ListPlace {
  Hash hash;
  std::int64_t id;
  std::int64_t key;
};

struct EntryPage {
  std::vector<EntryInfo> entries;
  std::optional<ListPlace> next;  // where the next page begins; nullopt after the last
};

// What an origin stored in a realm. It is charged for each entry in full, whoever else stored it, too.
struct OriginUsage {
  std::string realm;
  std::string origin;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

// Most bytes or most entries first; by name: in ascending order of the serialized origin.
enum class OriginOrder { kBytes, kEntries, kName };

// Where a page of origins ended: what its last one was ordered by.
struct OriginPlace {
  std::uint64_t key;
  std::string origin;
  std::string realm;
};

struct OriginPage {
  std::vector<OriginUsage> origins;
  std::optional<OriginPlace> next;  // where the next page begins; nullopt after the last
};

struct Totals {
  std::uint64_t entries;
  std::uint64_t bytes;
  std::uint64_t budget;  // bytes; from the disk's total capacity, never from its free space
};

struct HashListInfo {
  std::string version;      // of the installed list; the starter list's when none is installed, as the others
  std::size_t digests = 0;  // in force: starter list and installed list together
  bool installed = false;
  bool damaged = false;  // a list is installed and cannot be used
  std::string commit = {};
  std::optional<std::int64_t> made_at = {};       // ms since 1970, if the list says it
  std::optional<std::int64_t> installed_at = {};  // ms since 1970
  std::string checksum = {};                      // SHA-256 of the installed list's text, in hex
  bool summed = false;                            // a bit of it that turns is noticed; not so if an older cos made it
  bool model_hubs = true;                         // whether their sections are in force
  std::vector<HashListSection> sections = {};     // of the installed list
  std::vector<HashListSection> starter_sections = {};
  std::optional<std::string> previous_version = {};  // of the list that a roll-back brings back
  std::string previous_checksum = {};
};

// Why a hash is on the list, for the user.
struct HashProvenance {
  std::string name;  // what it is; may be empty, as the URL
  std::string url;
  std::string section;
  bool model_hub = false;
  bool in_force = true;  // false: listed by a model hub, and these are switched off
  bool starter = false;  // on the starter list; else on the installed one
};

struct Setting {
  std::string key;
  std::string value;
  std::string fallback;  // the default
  std::string help;
  bool administered = false;  // set by the administrator: the user cannot change it
  // What it may be at least and at most; empty for what is no number or size.
  std::string least = {};
  std::string most = {};
};

// What a change of a setting would do to what is there now. Counting ends at a bound, so that a store of any size
// answers at once.
struct SettingEffect {
  // budget.*: files that the next write of a new file removes. lookup.hashes, lookup.bits, write.files: sites that have
  // used so much in their present window that they would have to wait. realms.share: files of other profiles that this
  // one would find, or find no longer. gates.user-gesture: files that were shared by pages that nobody has touched
  // since. frames.partition: files that were stored in frames on other sites' pages. history.reads: notes of who read.
  // gates.ask: sites of this profile that the user has decided about. Absent for every other setting.
  std::optional<std::uint64_t> count;
  bool more = false;  // there are at least `count`
  // lookup.hashes, lookup.bits, write.files: sites that have to wait now, and would not.
  std::uint64_t freed = 0;
  // budget.*, in bytes:
  std::uint64_t budget = 0;  // what the store could hold
  std::uint64_t bytes = 0;   // of the files that are removed
  std::uint64_t left = 0;    // room for more
  bool full = false;         // no new file would fit: what would have to go is pinned or being read
};

struct HandoverTest {
  std::uint64_t size;
  std::string sha256;  // of what must now be read at the path
};

enum class VerifyOutcome {
  kIntact,
  kMended,  // intact; its hash tree or a link to it was not, and has been made anew or removed
  kDamaged,
  kMissing,
};

// A step of a walk over the entries that wait for verification.
struct Unverified {
  std::optional<Hash> hash;   // such an entry; absent: none was met in this step
  std::optional<Hash> after;  // where to go on; absent: the walk is over
};

// bytes done, bytes in all; return false to stop.
using Progress = std::function<bool(std::uint64_t, std::uint64_t)>;

// Thread-safe: any thread may call any method.
class Store {
 public:
  // Opens or creates the store, migrates an older format, and sweeps what killed processes left behind.
  // Errors: kNewerStore, kCorrupt, kIo, kBusy; kNotAllowed when the administrator's policy cannot be understood.
  static Result<Store> open(const StoreOptions& options);

  // A store in memory for a private window: it sees no entry of the lasting store, and changes and leaves nothing on
  // disk. Of `options`, the directory only says where an installed Public Hash List is, and what the user has set about
  // who may find what (gates, GREASE, budgets of look-ups, rates), with which this store begins.
  static Result<Store> open_private(const StoreOptions& options);

  // Section 2, disclosure, with the controls of section 6. nullopt is the one answer for every reason of a
  // miss. Charges and dates what a read charges and dates.
  Result<std::optional<Found>> request_read(const Caller& caller, const Hash& hash);

  // Opens an entry's bytes without asking who may read: for a handle that may read, and for the user.
  // Verifies first when the file changed since it was last verified. Errors: kNotFound (no such entry, or
  // damaged: it is quarantined then), kIo.
  Result<Reader> open_entry(const Hash& hash);

  // Starts a write session. Nothing is registered. Errors: kNotAllowed for an opaque origin, kIo.
  Result<Writer> begin_write(const WriteRequest& request);

  // Starts a write session for a file whose hash is not known yet: close() gives the entry the hash that
  // the bytes turn out to have. For files that the user adds by hand; a page always promises a hash.
  Result<Writer> begin_add(const Realm& realm, HashAlgorithm algorithm, const Scope& scope);

  // For the user. ------------------------------------------------------------------------------------

  Result<std::optional<EntryInfo>> stat(const Hash& hash);
  // Entries in the order of their hashes, `limit` of them after `after`.
  Result<std::vector<EntryInfo>> list(const std::optional<Hash>& after, std::size_t limit);
  // A page of `limit` entries in that order after `after`: any number of entries can be listed in little memory.
  Result<EntryPage> list(ListOrder order, const std::optional<ListPlace>& after, std::size_t limit);
  // The same, of the entries that `origin` stored in `realm`.
  Result<EntryPage> list_stored_by(const Realm& realm, const Origin& origin, ListOrder order,
                                   const std::optional<ListPlace>& after, std::size_t limit);
  // The storing origins of one realm or (nullopt) of all, `limit` of them after `after`.
  Result<OriginPage> storing_origins(const std::optional<Realm>& realm, OriginOrder order,
                                     const std::optional<OriginPlace>& after, std::size_t limit);
  // The first bytes of an entry's file, as they stand there and not verified: for a guess, shown to the user, at what
  // it is. Returns how many there were. Errors: kNotFound, kIo.
  Result<std::size_t> peek(const Hash& hash, std::span<std::uint8_t> bytes);
  // Hashes whose hex begins with `prefix` (any algorithm), `limit` at most: for abbreviations.
  Result<std::vector<Hash>> match(std::string_view prefix, std::size_t limit);
  // Deletes the entry, its file and its hand-over links. False when there was none.
  Result<bool> remove(const Hash& hash);
  Status pin(const Hash& hash, bool pinned);
  // Reads every byte and compares: the file with the entry's hash, its hash tree and its links with the file. A
  // damaged entry is quarantined.
  Result<VerifyOutcome> verify(const Hash& hash, const Progress& progress);
  // The next entry, in the order of hashes after `after`, that was last verified before `before` (ms since 1970).
  // Looks at a bounded number of entries.
  Result<Unverified> next_unverified(const std::optional<Hash>& after, std::int64_t before);
  // What is wrong with the registry: its pages, references between its rows, its totals. One sentence each; empty
  // when all is well. Mended by rebuild_registry() (cos/repair.h).
  Result<std::vector<std::string>> check_registry();
  // Makes entries of blobs that no entry knows and that have the hash in their name, as added by hand and for
  // nobody else's eyes: for bytes whose records were lost. Returns them.
  Result<std::vector<Hash>> adopt_orphans();
  // Moves blobs that no entry knows to quarantine/, where the user may look at them. Returns how many.
  Result<std::size_t> collect_orphans();
  Result<Totals> totals();

  // What request_read() would answer now, and why. Charges and dates nothing.
  Result<ReadExplanation> explain_read(const Caller& caller, const Hash& hash);
  // Who stored and read the entry, oldest first.
  Result<std::vector<HistoryEvent>> history(const Hash& hash);
  // The realms that the store knows, `local` among them when it is used.
  Result<std::vector<Realm>> realms();

  // What happened lately, newest first: `limit` lines after `before`, of one realm or (nullopt) of all. Lines go after
  // 90 days, or when there are more than 10,000; while `history.activity` is off none are added. A private store has
  // none, and one of an older format that cannot be migrated now has none yet.
  Result<ActivityPage> activity(const std::optional<Realm>& realm, const std::optional<ActivityPlace>& before,
                                std::size_t limit);
  // Erases the activity log, of one realm or (nullopt) of all. Histories of entries stay.
  Status forget_activity(const std::optional<Realm>& realm);
  // Writes down what reads have noted in memory: dates, readers, the activity log. No answer waits for that, so whoever
  // keeps a store open does this now and then (a host once a minute). What goes by these notes does it first, and so
  // does the end of the Store; what cannot be written down then is lost, and nothing else with it.
  Status settle();

  // Section 10, clearing. Takes the site, origin or everything out of storing origins, lists, budgets,
  // provenance and the activity log, and deletes the entries that nobody else stored and the user did not add; in one
  // realm or (nullopt) in all. `host`: "example.com" stands for itself and every host below it. clear_all() deletes
  // entries added by hand and pinned ones, too, when no realm is named.
  Result<ClearReport> clear_site(std::string_view host, const std::optional<Realm>& realm);
  Result<ClearReport> clear_origin(const Origin& origin, const std::optional<Realm>& realm);
  Result<ClearReport> clear_all(const std::optional<Realm>& realm);

  // What must go, least recently read first, so that the store holds `bytes` at most; nothing that is pinned or
  // open. Removes it unless `dry_run`.
  Result<std::vector<EvictedEntry>> evict_to(std::uint64_t bytes, bool dry_run);

  // Ask mode: sites that asked, and what the user said.
  Result<std::vector<SiteDecisionInfo>> site_decisions();
  // What was said about one of them; nullopt: it has not asked.
  Result<std::optional<SiteDecision>> site_decision(const Realm& realm, const Site& site);
  // kAsked forgets what was said. In ask mode a yes begins a new window of the site's lookup budget, so that it finds
  // what it was told to be missing for want of it; the month's bound stays. Errors: kType for what is no site.
  Status decide_site(const Realm& realm, const Site& site, SiteDecision decision);

  [[nodiscard]] bool on_public_hash_list(const Hash& hash);
  HashListInfo hash_list();
  // Whether the installed list and its names are as they were installed; true when none is. Reads all of both.
  bool is_hash_list_intact();
  // Replaces the installed list by `text` (the published format); the one before it is kept. Atomic: whatever
  // happens, the old list is in force or the new one. Errors: kData, kIo, kNotAllowed in a private window.
  Result<HashListInfo> install_hash_list(std::string_view text);
  // Changes the installed list and the one before it round. Errors: kNotFound when none was kept.
  Result<HashListInfo> roll_back_hash_list();
  // Where and as what a hash is listed; nullopt: nowhere.
  std::optional<HashProvenance> hash_provenance(const Hash& hash);

  Result<std::vector<Setting>> settings();
  Result<Setting> setting(std::string_view key);
  // Errors: kType with the accepted range in the message; kNotAllowed when the administrator has set it.
  Status set_setting(std::string_view key, std::string_view value);
  // What that change would do, seen from a profile. Changes nothing. Errors: as set_setting().
  Result<SettingEffect> foresee(const Realm& realm, std::string_view key, std::string_view value);

  // Direct hand-over: links to blobs that stand in a browser profile. ---------------------------------

  // Pages of each site read through links of their own: how long a first read takes must not tell that another
  // site has read the entry. The place is 32 hex digits that stand for the site and do not name it.
  [[nodiscard]] std::string link_place(const Realm& realm, const Site& page) const;
  // Where the link for pages of `page` stands, if the file there is still the entry's blob.
  Result<std::optional<std::filesystem::path>> current_link(const Realm& realm, const Site& page, const Hash& hash);
  // Puts a link (or a reflink) to the entry's blob in the place of the file at `path`, atomically, and
  // remembers it. Links beyond the bound are removed, least recently used first. Errors: kUnavailable
  // when the file systems cannot do it, kNotFound.
  Status hand_over(const Realm& realm, const Site& page, const Hash& hash, const std::filesystem::path& path);
  // The same with a small file of the store's own, which is forgotten at once: whether it works here.
  Result<HandoverTest> test_hand_over(const std::filesystem::path& path);
  // Removes links whose entry is gone. Called when a host starts.
  Status sweep_links();
  // Removes the links that stand below this directory; empty: all. Returns how many the store knew;
  // an error, when some stay.
  Result<std::size_t> remove_links(const std::filesystem::path& below);

  [[nodiscard]] const std::filesystem::path& directory() const;  // empty for a private store
  [[nodiscard]] Site site_of(const Origin& origin) const;

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

 private:
  explicit Store(std::shared_ptr<internal::StoreState> state);

  std::shared_ptr<internal::StoreState> state_;
};

}  // namespace libcos
