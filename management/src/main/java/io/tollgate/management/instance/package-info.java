/**
 * What concerns the deployment itself: the secret keys that open its management API, the switch
 * that all API keys hang on, the reading of the audit.
 *
 * <p>Not here: how a change is audited ({@code audit}), who a secret key is ({@code wire}).
 *
 * <p>Start with {@link io.tollgate.management.instance.SecretKeyEndpoint}.
 */
@NullMarked
package io.tollgate.management.instance;

import org.jspecify.annotations.NullMarked;
