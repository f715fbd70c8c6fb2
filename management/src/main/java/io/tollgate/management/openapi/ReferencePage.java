package io.tollgate.management.openapi;

import io.tollgate.management.wire.Endpoints;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Serves the OpenAPI document and a page that shows it, to whoever asks: neither tells of what is
 * stored. All that the page needs comes from here, so a browser without a network shows it too.
 */
public final class ReferencePage {
  private static final String JAVASCRIPT = "text/javascript; charset=utf-8";

  /** How the library is called whose page it is, where its own jar says which version it has. */
  private static final String LIBRARY = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

  private static final String ASSETS = "/META-INF/resources/webjars/swagger-ui/";

  /** Enters the pages beside the endpoints. */
  public void enter(Endpoints endpoints) {
    endpoints.page(
        "/openapi.yaml",
        "application/yaml",
        () -> Buffer.buffer(OpenApi.yaml(endpoints.operations())));
    endpoints.page("/docs", "text/html; charset=utf-8", () -> resource("docs.html"));
    endpoints.page("/docs/start.js", JAVASCRIPT, () -> resource("docs.js"));
    endpoints.page(
        "/docs/swagger-ui.css", "text/css; charset=utf-8", () -> asset("swagger-ui.css"));
    endpoints.page("/docs/swagger-ui-bundle.js", JAVASCRIPT, () -> asset("swagger-ui-bundle.js"));
  }

  private static Buffer asset(String name) {
    var library = new Properties();
    try (Reader told = new StringReader(resource(LIBRARY).toString())) {
      library.load(told);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return resource(ASSETS + library.getProperty("version") + "/" + name);
  }

  private static Buffer resource(String name) {
    try (InputStream bytes = ReferencePage.class.getResourceAsStream(name)) {
      if (bytes == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      return Buffer.buffer(bytes.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
