package io.tollgate.management.connection;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a token opens: one directory, which is enabled.
 *
 * @param organizationId whose members its users become; null where they become nobody's
 * @param tokenPrefix by which people know the token, fit for logs
 * @param domains whose addresses are believed to be its users' own
 */
public record DirectoryAccess(
    String directoryId,
    String connectionId,
    @Nullable String organizationId,
    String tokenId,
    String tokenPrefix,
    List<String> domains) {
  public DirectoryAccess {
    domains = List.copyOf(domains);
  }
}
