package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.ConfigReader;
import dev.lblc.config.GatewayConfig;
import dev.lblc.gateway.count.ExchangeCounts;
import dev.lblc.gateway.count.ServiceCounts;
import dev.lblc.plugin.Strategies;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters of path segments, which some servers take out before they look at a path. */
final class PathParametersTest {
  private static final String CONFIG = """
      {"listeners": [{"name": "web", "protocol": "http", "port": 0}],
       "routes": [
         {"listener": "web", "match": {"path": "/admin/*"}, "redirect": {"scheme": "https", "status": 301}},
         {"listener": "web", "redirect": {"scheme": "https", "status": 302}}],
       "services": {"s": {"strategy": "lblc", "servers": []}}}
      """;

  @ParameterizedTest
  @CsvSource({
    "/a/b, /a/b",
    "/a;x/b, /a/b",
    "/a;x=1;y=2, /a",
    "/a%3bx/b, /a/b",
    "/a;x%2fb, /a/b",
    "/;/a, /a",
    "/;x, /"
  })
  void pathWithoutParameters_ofATarget_isWhatAServerMayRead(String target, String path) {
    assertThat(RequestTarget.parse(target).pathWithoutParameters()).isEqualTo(path);
    assertThat(RequestTarget.parse(target + "?q;r").pathWithoutParameters()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/admin;x/s",
        "/admin%3bx/s",
        "/;/admin/s",
        "/;a=b/admin/s",
        "/foo/;/../admin/s",
        "/foo/;x/../admin/s"
      })
  void find_aPathThatOtherServersReadAsGuarded_isRefused(String target) throws Exception {
    HttpRoutes routes = routes();
    assertThatThrownBy(() -> routes.find(facts(target))).isInstanceOf(BadRequestException.class);
  }

  @Test
  void find_parametersThatChangeNothing_areLeftAlone() throws Exception {
    assertThat(status("/files;v=2/a")).isEqualTo(302);
    assertThat(status("/admin/s;x")).isEqualTo(301);
    assertThat(status("/admin/s")).isEqualTo(301);
  }

  private static int status(String target) throws Exception {
    Route route = Objects.requireNonNull(routes().find(facts(target)));
    return Objects.requireNonNull(route.redirect()).status();
  }

  /** Facts whose path is in normal form, as those of a request are. */
  private static StatedFacts facts(String target) {
    return StatedFacts.of(RequestTarget.parse(target));
  }

  private static HttpRoutes routes() throws Exception {
    GatewayConfig config =
        ConfigReader.readText("test", CONFIG, Strategies.ofClassPath(), Map.of());
    return HttpRoutes.compile(
        config.httpListeners().get(0),
        Map.of(),
        name -> {
          throw new IllegalArgumentException(name);
        },
        Map.of(),
        service -> new ExchangeCounts(1, new ServiceCounts(1, 1)),
        null);
  }
}
