package io.tollgate.trace;

import io.tollgate.setting.Bounds;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where spans go and how much of them there may be.
 *
 * @param endpoint the URL that takes OTLP over HTTP; one without a path gets {@value #PATH}; null
 *     for no spans at all
 * @param sampleRatio which share of the requests that come without a trace is traced, 0 to 1
 * @param queueMax most spans that wait to be sent
 * @param exportTimeout how long one batch may take to be sent, and all that is left at a stop
 * @param serviceName what the spans are of, as {@code service.name}
 */
public record TraceConfig(
    @Nullable URI endpoint,
    double sampleRatio,
    int queueMax,
    Duration exportTimeout,
    String serviceName) {
  private static final String PATH = "/v1/traces";
  private static final int QUEUE_MIN = 16;
  private static final int QUEUE_MAX = 1_000_000;
  private static final Duration TIME_MAX = Duration.ofMinutes(1);
  private static final Pattern NAME = Pattern.compile("[!-~]{1,255}");

  /** The defaults. After what they are checked by. */
  public static final TraceConfig OFF =
      new TraceConfig(null, 0.1, 4_096, Duration.ofSeconds(5), "tollgate");

  /**
   * Checks the settings and completes the endpoint.
   *
   * @throws IllegalArgumentException that names the setting, its value and what was expected
   */
  public TraceConfig {
    endpoint = endpoint == null ? null : checked(endpoint);
    // What is not a number is refused, too.
    if (!(sampleRatio >= 0 && sampleRatio <= 1)) {
      throw new IllegalArgumentException("trace.sample-ratio must be 0 to 1, was " + sampleRatio);
    }
    Bounds.check("trace.queue-max", queueMax, QUEUE_MIN, QUEUE_MAX);
    Bounds.check("trace.export-timeout", exportTimeout, TIME_MAX);
    if (!NAME.matcher(serviceName).matches()) {
      throw new IllegalArgumentException(
          "trace.service-name must have 1 to 255 printable ASCII characters and no blank, was \""
              + serviceName
              + '"');
    }
  }

  /**
   * Reads an endpoint.
   *
   * @throws IllegalArgumentException that names the setting, its value and what was expected
   */
  public static URI endpoint(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw refused(text);
    }
  }

  private static URI checked(URI url) {
    boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    boolean plain =
        url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
    if (!web || url.getHost() == null || !plain) {
      throw refused(url.toString());
    }
    String path = url.getRawPath();
    return path.isEmpty() || path.equals("/") ? url.resolve(PATH) : url;
  }

  private static IllegalArgumentException refused(String text) {
    // A password that stands where none belongs must not reach the operator's terminal either.
    String shown = text.indexOf('@') < 0 ? text : "(one with a user part)";
    return new IllegalArgumentException(
        "trace.endpoint must be a URL that starts with http:// or https://, names a host and has"
            + " no user, query or fragment, was "
            + shown);
  }
}
