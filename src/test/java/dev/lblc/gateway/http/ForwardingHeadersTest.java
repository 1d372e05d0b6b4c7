package dev.lblc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;

final class ForwardingHeadersTest {
  private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();

  @Test
  void set_withoutAnyBefore_tellsWhoAsked() {
    ForwardingHeaders.set(headers, "203.0.113.1", false, "https", "example.com:8443", 8443);
    assertThat(headers.getAll("X-Forwarded-For")).containsExactly("203.0.113.1");
    assertThat(headers.getAll("X-Forwarded-Proto")).containsExactly("https");
    assertThat(headers.getAll("X-Forwarded-Host")).containsExactly("example.com:8443");
    assertThat(headers.getAll("X-Forwarded-Port")).containsExactly("8443");
    assertThat(headers.getAll("Forwarded"))
        .containsExactly("for=203.0.113.1;host=\"example.com:8443\";proto=https");
  }

  @Test
  void set_fromAnUntrustedPeer_dropsAllThatItSent() {
    claim();
    ForwardingHeaders.set(headers, "203.0.113.1", false, "http", "real", 80);
    assertThat(headers.getAll("x-forwarded-for")).containsExactly("203.0.113.1");
    assertThat(headers.getAll("x-forwarded-host")).containsExactly("real");
    assertThat(headers.getAll("x-forwarded-proto")).containsExactly("http");
    assertThat(headers.getAll("x-forwarded-port")).containsExactly("80");
    assertThat(headers.getAll("forwarded"))
        .containsExactly("for=203.0.113.1;host=\"real\";proto=http");
    assertThat(headers.contains("x-forwarded-prefix")).isFalse();
  }

  @Test
  void set_fromATrustedPeer_keepsAndAdds() {
    claim();
    ForwardingHeaders.set(headers, "10.0.0.1", true, "http", "real", 80);
    assertThat(headers.getAll("x-forwarded-for")).containsExactly("1.1.1.1, 2.2.2.2, 10.0.0.1");
    assertThat(headers.getAll("x-forwarded-host")).containsExactly("claimed");
    assertThat(headers.getAll("x-forwarded-proto")).containsExactly("https");
    assertThat(headers.getAll("x-forwarded-port")).containsExactly("444");
    assertThat(headers.getAll("forwarded"))
        .containsExactly("for=1.1.1.1, for=10.0.0.1;host=\"real\";proto=http");
    assertThat(headers.get("x-forwarded-prefix")).isEqualTo("/p");
  }

  @Test
  void set_anIpv6Peer_isQuoted() {
    ForwardingHeaders.set(headers, "2001:db8::1", false, "http", null, 80);
    assertThat(headers.get("forwarded")).isEqualTo("for=\"[2001:db8::1]\";proto=http");
    assertThat(headers.contains("x-forwarded-host")).isFalse();
  }

  @Test
  void remove_hopByHopHeaders_andThoseThatConnectionNames() {
    headers.add("Connection", "close, X-Secret").add("Connection", "x-other,,content-length");
    headers
        .add("X-Secret", "1")
        .add("X-Other", "2")
        .add("Keep-Alive", "timeout=5")
        .add("Upgrade", "h2c");
    headers
        .add("TE", "trailers")
        .add("Proxy-Connection", "x")
        .add("Content-Length", "3")
        .add("X-Kept", "4");
    HopByHop.remove(headers);
    assertThat(headers.names()).containsExactlyInAnyOrder("Content-Length", "X-Kept");
  }

  private void claim() {
    headers.add("X-Forwarded-For", "1.1.1.1").add("X-Forwarded-For", "2.2.2.2");
    headers.add("X-Forwarded-Host", "claimed").add("X-Forwarded-Proto", "https");
    headers
        .add("X-Forwarded-Port", "444")
        .add("X-FORWARDED-Prefix", "/p")
        .add("Forwarded", "for=1.1.1.1");
  }
}
