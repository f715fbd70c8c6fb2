package io.tollgate.store;

/** What is counted of a key's requests, in the order in which segments and the ledger have it. */
public enum UsageCount {
  /** Its key was identified. */
  VERIFIED(0, "verified"),
  /** Refused by a limit or a quota, after that. */
  REFUSED(1, "refused"),
  /** Answered by the upstream with an interim status for good. */
  STATUS_1XX(2, "status_1xx"),
  STATUS_2XX(3, "status_2xx"),
  STATUS_3XX(4, "status_3xx"),
  STATUS_4XX(5, "status_4xx"),
  STATUS_5XX(6, "status_5xx"),
  /** Sent to the upstream, which gave no answer's head. */
  UNANSWERED(7, "unanswered");

  private static final int CLASS_MAX = 5;

  private final int place;
  private final String column;

  UsageCount(int place, String column) {
    this.place = place;
    this.column = column;
  }

  /** Returns where an upstream's status is counted. */
  public static UsageCount ofStatus(int status) {
    return switch (Math.min(CLASS_MAX, status / 100)) {
      case 2 -> STATUS_2XX;
      case 3 -> STATUS_3XX;
      case 4 -> STATUS_4XX;
      case CLASS_MAX -> STATUS_5XX;
      default -> STATUS_1XX;
    };
  }

  /** Returns where it stands among the others, in segments that are on disks already, too. */
  public int place() {
    return place;
  }

  /** Returns the column of the ledger. */
  String column() {
    return column;
  }
}
