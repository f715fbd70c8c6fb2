/**
 * What all settings share: their bounds, and how durations are written.
 *
 * <p>Not here: which settings there are (the {@code …Config} records beside what they configure)
 * and where they are read from ({@code deploy}).
 *
 * <p>Start with {@link io.tollgate.setting.Bounds}.
 */
@NullMarked
package io.tollgate.setting;

import org.jspecify.annotations.NullMarked;
