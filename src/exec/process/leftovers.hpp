// What a dead supervisor left running, and its end.
#pragma once

namespace freshet {

struct ClaimRecord;

/// Kills what is left of the child's group and waits for its death, two seconds at most.  Kills
/// nothing that merely carries a number from the claim: start ticks and session have to fit as
/// well.  Only for a claim of this boot.  Blocks; call it on the pool.
void end_leftovers(const ClaimRecord& record);

}  // namespace freshet
