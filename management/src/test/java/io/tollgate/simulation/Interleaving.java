package io.tollgate.simulation;

/** What broke earlier drafts of the protocol, in the order of the design's list, and two more. */
enum Interleaving {
  OLD_LOOKUP("a look-up that began before its key changed is kept, or joined after it"),
  RING_BEFORE_FENCE("the ring is read before the fence, and both move on in between"),
  LATE_READ("what Postgres said long ago is acted on, after a pause or after a flush"),
  LOST_ANNOUNCEMENT("steps are fresh on a new connection, and what the old one lost never came"),
  REDIS_GOES_BACK("Redis comes back with an old dump"),
  EMPTY_LIST("Postgres is restored to before the gateways registered"),
  POSTGRES_GOES_BACK("numbers regress, and old ones are taken for new ones"),
  ASKED_BEFORE_THE_COMMIT("a gateway that asked just before the commit is not waited for"),
  SUSPENSION("the monotonic clock stands still while the machine is suspended"),
  MANAGEMENT_WITHOUT_REDIS("management can't reach Redis, a gateway can"),
  TWO_MANAGEMENTS("two managements write to Redis"),
  FAILOVER("Redis has two masters"),
  ABSENCE("a gateway goes on when nobody waits for it any more");

  private final String sentence;

  Interleaving(String sentence) {
    this.sentence = sentence;
  }

  @Override
  public String toString() {
    return sentence;
  }
}
