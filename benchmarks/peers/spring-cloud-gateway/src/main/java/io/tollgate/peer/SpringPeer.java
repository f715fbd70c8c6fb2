package io.tollgate.peer;

import java.io.IOException;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;

/** Spring Cloud Gateway with one route, whose requests need a key. */
@SpringBootApplication(proxyBeanMethods = false)
public class SpringPeer {
  public static void main(String[] arguments) {
    SpringApplication.run(SpringPeer.class, arguments);
  }

  @Bean
  CachedKeyCheck keyCheck(@Value("${peer.keys}") Path keys) throws IOException {
    return new CachedKeyCheck(KeyStore.read(keys));
  }

  @Bean
  RouteLocator routes(RouteLocatorBuilder routes, @Value("${peer.upstream}") String upstream) {
    return routes.routes().route("all", all -> all.path("/**").uri(upstream)).build();
  }
}
