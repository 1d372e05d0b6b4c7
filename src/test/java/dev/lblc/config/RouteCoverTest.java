package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RouteCoverTest {
  @ParameterizedTest(name = "{0} before {1}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          ''                                | ''                                | true
          ''                                | 'path': '/a'                      | true
          'path': '/*'                      | ''                                | true
          'path': '/a*'                     | 'path': '/a/b*'                   | true
          'path': '/a*'                     | 'path': '/a'                      | true
          'path': '/a/*'                    | 'path': '/a'                      | false
          'path': '/a'                      | 'path': '/a*'                     | false
          'path': '/a'                      | ''                                | false
          'path': '/b*'                     | 'path': '/a*'                     | false
          'host': '*.e.com'                 | 'host': 'a.e.com'                 | true
          'host': '*.e.com'                 | 'host': '*.b.e.com'               | true
          'host': '*.e.com'                 | 'host': '*.e.com'                 | true
          'host': '*.b.e.com'               | 'host': '*.e.com'                 | false
          'host': '*.e.com'                 | 'host': 'e.com'                   | false
          'host': '*.e.com'                 | 'host': 'ae.com'                  | false
          'host': 'e.com'                   | ''                                | false
          ''                                | 'host': 'e.com'                   | true
          'method': ['GET', 'HEAD']         | 'method': ['GET']                 | true
          'method': ['GET']                 | 'method': ['GET', 'HEAD']         | false
          'method': ['GET']                 | ''                                | false
          'header': {'a': '*'}              | 'header': {'a': '1', 'b': '2'}    | true
          'header': {'A': '1'}              | 'header': {'a': '1'}              | true
          'header': {'a': '1'}              | 'header': {'a': '*'}              | false
          'header': {'a': '1'}              | 'header': {'a': '2'}              | false
          'header': {'a': '1'}              | ''                                | false
          'path': '/a*', 'method': ['GET']  | 'path': '/a', 'method': ['GET']   | true
          'path': '/a*', 'method': ['GET']  | 'path': '/a', 'method': ['POST']  | false
          """)
  void httpRoute_coversALaterOne(String first, String later, boolean covers) throws Exception {
    assertThat(covers("http", first, later)).isEqualTo(covers);
  }

  @ParameterizedTest(name = "{0} before {1}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
          ''                                | 'sni': 'a.com'                    | true
          'sni': '*.a.com'                  | 'sni': 'x.a.com'                  | true
          'sni': 'a.com'                    | ''                                | false
          'port': ['1-9', 20]               | 'port': [3, '5-6', 20]            | true
          'port': ['1-9']                   | 'port': ['5-10']                  | false
          'port': [1]                       | ''                                | false
          'client': ['10.0.0.0/8']          | 'client': ['10.1.0.0/16']         | true
          'client': ['10.0.0.0/8']          | 'client': ['10.0.0.0/7']          | false
          'client': ['10.0.0.0/8']          | 'client': ['10.255.3.4']          | true
          'client': ['10.0.0.0/9']          | 'client': ['10.127.0.0/16']       | true
          'client': ['10.0.0.0/9']          | 'client': ['10.128.0.0/16']       | false
          'client': ['10.0.0.0/8', '::/0']  | 'client': ['fe80::/10', '10.0.0.1'] | true
          'client': ['0.0.0.0/0']           | 'client': ['::1']                 | false
          'client': ['::1']                 | 'client': ['0::1']                | true
          'client': ['10.0.0.0/8']          | ''                                | false
          """)
  void tcpRoute_coversALaterOne(String first, String later, boolean covers) throws Exception {
    assertThat(covers("tcp", first, later)).isEqualTo(covers);
  }

  private static boolean covers(String protocol, String first, String later)
      throws ConfigException {
    String route = "{'listener': 'l', 'service': 's', 'match': {%s}}";
    String none = "''";
    GatewayConfig config =
        Sample.read(("{'listeners': [{'name': 'l', 'protocol': '%s', 'port': 0}],"
                + " 'services': {'s': {'strategy': 'wlc', 'servers': []}}, 'routes': [" + route
                + ", "
                + route + "]}")
            .formatted(protocol, first.replace(none, ""), later.replace(none, ""))
            .replace('\'', '"'));
    List<? extends RouteConfig> routes = config.listeners().get(0).routes();
    return RouteCover.covers(routes.get(0), routes.get(1));
  }
}
