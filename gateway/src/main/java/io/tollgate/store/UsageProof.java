package io.tollgate.store;

/**
 * Whether the ledger holds together.
 *
 * @param drift what the batches count more than the ledger's hours; 0 where no unit got lost
 *     between them
 * @param holes batches that are missing among those of their process
 * @param openBoots processes whose last batch is not known: those that run, and those that ended
 *     without a word and have not been started again
 * @param lost units that gateways could not count
 * @param unleased units of hard quotas and of credits that were used and not leased before
 */
public record UsageProof(long drift, long holes, long openBoots, long lost, long unleased) {}
