package dev.lblc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.route.AddressBlocks;
import io.netty.util.AsciiString;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestIdTest {
  private static final AsciiString NAME = AsciiString.cached("x-request-id");
  private static final AsciiString TRACE_PARENT = AsciiString.cached("traceparent");
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String VALID = "00-" + TRACE + "-b7ad6b7169203331-00";
  private static final String TRUSTED = "192.0.2.1";
  private static final String STRANGER = "198.51.100.1";

  private final IdSource ids = new IdSource(1, 2);

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "7d1e4a3c-0d3c-4b40-9f6c-7a0a7f4d8e11", "Root=1-67891233-abcdef:x.y/z+@_"})
  void id_ofATrustedPeer_isTaken(String given) {
    RequestId id = of(TRUSTED, NAME, given);
    assertThat(id.text()).isEqualTo(given);
    assertThat(texts(id)).containsExactly("x-request-id", given);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a b", "a\"b", "a\\b", "a\tb", "a;b", "a,b", "\u00e9", "${jndi:x}", "<x>"})
  void id_thatIsNone_isReplaced(String given) {
    assertThat(of(TRUSTED, NAME, given).text()).matches("[0-9a-f]{32}");
  }

  @Test
  void id_thatIsTooLongOrTwo_isReplaced() {
    assertThat(of(TRUSTED, NAME, "a".repeat(128)).text()).hasSize(128);
    assertThat(of(TRUSTED, NAME, "a".repeat(129)).text()).matches("[0-9a-f]{32}");
    assertThat(of(TRUSTED, NAME, "a", "b").text()).matches("[0-9a-f]{32}");
  }

  @Test
  void id_ofAnybodyElse_isMade() {
    RequestId id = of(STRANGER, NAME, "given");
    assertThat(id.text()).matches("[0-9a-f]{32}");
    assertThat(texts(id)).containsExactly("x-request-id", id.text());
  }

  @Test
  void traceParent_ofATrustedPeer_staysAsItIs() {
    RequestId id = of(TRUSTED, TRACE_PARENT, VALID);
    assertThat(id.text()).isEqualTo(TRACE);
    assertThat(texts(id)).containsExactly("traceparent", VALID);
  }

  @Test
  void traceParent_ofAnybodyElse_beginsATraceWithoutState() {
    RequestId id = of(STRANGER, TRACE_PARENT, VALID);
    assertThat(id.text()).matches("[0-9a-f]{32}").isNotEqualTo(TRACE);
    assertThat(texts(id)).element(1).asString().matches("00-" + id.text() + "-[0-9a-f]{16}-01");
    assertThat(texts(id)).endsWith("tracestate", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes",
      })
  void traceParent_valid_hasTheTrace(String value) {
    assertThat(traceId(value)).isEqualTo(TRACE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00.more",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-00",
        "00-00000000000000000000000000000000-b7ad6b7169203331-00",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-00",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_00",
        "0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
      })
  void traceParent_invalid_isNone(String value) {
    assertThat(traceId(value)).isNull();
    assertThat(of(TRUSTED, TRACE_PARENT, value).text()).isNotEqualTo(TRACE);
  }

  @Test
  void source_makesNoIdTwice() {
    Set<String> all = new HashSet<>();
    IdSource other = new IdSource(1, 3);
    for (int i = 0; i < 10_000; i++) {
      assertThat(all.add(ids.next())).isTrue();
      assertThat(all.add(other.next())).isTrue();
    }
    assertThat(all).allMatch(id -> id.matches("[0-9a-f]{32}"));
    assertThat(IdSource.ofThread().next()).isNotEqualTo(IdSource.ofThread().next());
  }

  private static @Nullable String traceId(String value) {
    return RequestId.traceId(head(STRANGER, TRACE_PARENT, value));
  }

  private RequestId of(String peer, AsciiString name, String... values) {
    return RequestId.of(
        new InboundFacts(head(peer, name, values), AddressBlocks.compile(List.of(TRUSTED))),
        name,
        ids);
  }

  private static StatedHead head(String peer, AsciiString name, String... values) {
    return new StatedHead(Protocol.HTTP_1_1, peer)
        .lines(
            Stream.concat(Stream.of("host: h"), Stream.of(values).map(value -> name + ": " + value))
                .toList());
  }

  private static List<String> texts(RequestId id) {
    return id.lines().stream().map(CharSequence::toString).toList();
  }
}
