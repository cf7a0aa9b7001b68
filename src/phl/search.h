#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "cos/phl.h"

namespace libcos {

// Where `wanted` stands among ascending digests. Digests are evenly spread unless somebody chose them, so
// their leading bits tell where to look: a few probes for half a million. Chosen ones cost a binary search.
// With digests in another order, an answer may be missed but never made up, and nothing outside is read.
std::optional<std::size_t> find_digest(std::span<const ListDigest> digests, const ListDigest& wanted);

}  // namespace libcos
