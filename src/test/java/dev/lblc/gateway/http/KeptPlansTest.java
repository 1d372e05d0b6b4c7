package dev.lblc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.HttpRouteConfig;
import dev.lblc.gateway.http.RequestPlan.Body;
import dev.lblc.gateway.route.AddressBlocks;
import dev.lblc.gateway.route.HeaderEdits;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The plans of messages that follow each other on one connection: kept, but never for a message that needs another. */
final class KeptPlansTest {
  private static final String PEER = "192.0.2.1";
  private static final AddressBlocks NOBODY = AddressBlocks.compile(List.of());
  private static final AddressBlocks THE_PEER = AddressBlocks.compile(List.of(PEER + "/32"));
  private static final AsciiString HOST = AsciiString.of("h");

  private final HeaderEdits edits = edits("x-set", "1");
  private final KnownHost asked = KnownHost.of("h");

  // --- requests ---

  @Test
  void request_likeTheOneBefore_hasItsPlan() {
    RequestPlan first = request(NOBODY, HOST, edits);
    assertThat(request(NOBODY, HOST, edits, "Accept: a")).isSameAs(first);
    assertThat(first.body()).isEqualTo(Body.NONE);
    assertThat(first.isUpgrade()).isFalse();
    assertThat(lines(first.headers())).contains("x-set: 1", "host: h", "x-forwarded-for: " + PEER);
  }

  @Test
  void request_ofAnotherRoute_hasItsEdits() {
    request(NOBODY, HOST, edits);
    List<String> lines = lines(request(NOBODY, HOST, edits("x-set", "2")).headers());
    assertThat(lines).contains("x-set: 2").doesNotContain("x-set: 1");
  }

  @Test
  void request_withAnotherHost_hasIt() {
    request(NOBODY, HOST, edits);
    assertThat(lines(request(NOBODY, "a:1", edits).headers())).contains("host: a:1");
    assertThat(lines(request(NOBODY, "b:1", edits).headers()))
        .contains("host: b:1")
        .doesNotContain("host: a:1");
  }

  @Test
  void request_withABody_hasOne() {
    request(NOBODY, HOST, edits);
    assertThat(request(NOBODY, HOST, edits, "Content-Length: 5").body()).isEqualTo(Body.SIZED);
    assertThat(request(NOBODY, HOST, edits).body()).isEqualTo(Body.NONE);
  }

  @Test
  void request_whoseConnectionNamesHeaders_dropsThem_andNoOtherDoes() {
    request(NOBODY, HOST, edits);
    RequestPlan naming = request(NOBODY, HOST, edits, "Connection: x-hop", "X-Hop: 1");
    assertThat(naming.headers().drops("x-hop")).isTrue();
    assertThat(request(NOBODY, HOST, edits, "X-Hop: 1").headers().drops("x-hop"))
        .isFalse();
  }

  @Test
  void request_ofATrustedPeer_saysWhatThisOneSays() {
    request(NOBODY, HOST, edits);
    assertThat(
            lines(request(THE_PEER, HOST, edits, "X-Forwarded-For: 192.0.2.7").headers()))
        .contains("x-forwarded-for: 192.0.2.7, " + PEER);
    assertThat(
            lines(request(THE_PEER, HOST, edits, "X-Forwarded-For: 192.0.2.8").headers()))
        .contains("x-forwarded-for: 192.0.2.8, " + PEER);
    assertThat(lines(request(NOBODY, HOST, edits, "X-Forwarded-For: 192.0.2.8").headers()))
        .contains("x-forwarded-for: " + PEER);
  }

  @Test
  void request_forAWebSocket_isAnUpgrade_andTheNextIsNone() {
    request(NOBODY, HOST, edits);
    RequestPlan plan = request(NOBODY, HOST, edits, "Connection: upgrade", "Upgrade: websocket");
    assertThat(plan.isUpgrade()).isTrue();
    assertThat(lines(plan.headers())).contains("upgrade: websocket");
    assertThat(request(NOBODY, HOST, edits).isUpgrade()).isFalse();
  }

  private RequestPlan request(
      AddressBlocks trusted, CharSequence host, HeaderEdits edits, String... more) {
    return HeaderPolicy.requestPlan(facts(trusted, more), host, edits);
  }

  // --- responses ---

  @Test
  void response_likeTheOneBefore_hasItsPlan() {
    ResponsePlan first = response(200, edits, "Content-Length: 1");
    assertThat(response(200, edits, "Content-Length: 2")).isSameAs(first);
    assertThat(lines(first.headers())).containsExactly("x-set: 1");
  }

  @Test
  void response_thatDiffers_hasAPlanOfItsOwn() {
    response(200, edits, "Content-Length: 1");
    assertThat(response(404, edits, "Content-Length: 1").status()).isEqualTo(404);
    assertThat(response(404, edits).body()).isEqualTo(ResponsePlan.Body.CHUNKED);
    assertThat(lines(response(404, edits("x-set", "2")).headers())).containsExactly("x-set: 2");
  }

  @Test
  void response_whoseConnectionNamesHeaders_dropsThem_andNoOtherDoes() {
    response(200, edits);
    assertThat(response(200, edits, "Connection: x-hop").headers().drops("x-hop"))
        .isTrue();
    assertThat(response(200, edits).headers().drops("x-hop")).isFalse();
  }

  @Test
  void response_thatAsksForAnotherProtocol_saysSo_andNoOtherDoes() {
    response(426, edits);
    assertThat(lines(response(426, edits, "Upgrade: a").headers())).contains("upgrade: a");
    assertThat(lines(response(426, edits).headers())).containsExactly("x-set: 1");
  }

  private ResponsePlan response(int status, HeaderEdits edits, String... lines) {
    ResponsePlan plan =
        ResponsePolicy.plan(facts(NOBODY), new StatedResponse(status, List.of(lines)), edits);
    return Objects.requireNonNull(plan);
  }

  private InboundFacts facts(AddressBlocks trusted, String... more) {
    List<String> lines = new ArrayList<>(List.of(more));
    lines.add("Host: h");
    StatedHead head = new StatedHead(Protocol.HTTP_1_1, PEER) {
      @Override
      public KnownHost asked() {
        return asked;
      }
    };
    InboundFacts facts = new InboundFacts(head.lines(lines), trusted);
    facts.allow(Set.of("websocket"), false);
    return facts;
  }

  private static HeaderEdits edits(String name, String value) {
    return HeaderEdits.compile(new HttpRouteConfig.HeaderEdits(Map.of(name, value), Set.of()));
  }

  private static List<String> lines(HeaderPlan plan) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < plan.lines(); i++) {
      lines.add(plan.name(i) + ": " + plan.value(i));
    }
    return lines;
  }

  private record StatedResponse(int status, List<String> lines)
      implements ResponseHead, ListedHeaders {
    @Override
    public @Nullable String phrase() {
      return null;
    }
  }
}
