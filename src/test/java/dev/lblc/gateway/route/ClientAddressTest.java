package dev.lblc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientAddressTest {
  private static final AddressBlocks TRUSTED =
      AddressBlocks.compile(List.of("10.0.0.0/8", "192.0.2.7", "2001:db8::/33"));

  @ParameterizedTest
  @CsvSource({
    "10.255.0.1, true",
    "11.0.0.1, false",
    "192.0.2.7, true",
    "192.0.2.8, false",
    "2001:db8:7fff::1, true",
    "2001:db8:8000::1, false",
    "::ffff:10.1.2.3, true",
    "nonsense, false",
    "'', false"
  })
  void contains_anAddress_comparesTheBlocksBits(String address, boolean trusted) {
    assertThat(TRUSTED.contains(address)).isEqualTo(trusted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "example.com", "", "10.0.0/8"})
  void compile_whatIsNoBlock_isAnError(String block) {
    assertThatThrownBy(() -> AddressBlocks.compile(List.of(block)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void of_anUntrustedPeer_isThePeer() {
    assertThat(of("203.0.113.1", "198.51.100.1")).isEqualTo("203.0.113.1");
  }

  @Test
  void of_trustedPeers_isTheFirstFromTheRightThatIsNot() {
    assertThat(of("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2")).isEqualTo("198.51.100.1");
    assertThat(of("10.0.0.1", "1.1.1.1, 198.51.100.1", "10.0.0.3,10.0.0.2"))
        .isEqualTo("198.51.100.1");
    assertThat(of("10.0.0.1", "10.0.0.9, 10.0.0.2")).isEqualTo("10.0.0.9");
    assertThat(of("10.0.0.1")).isEqualTo("10.0.0.1");
  }

  @Test
  void of_portsAndBrackets_areTakenOff() {
    assertThat(of("10.0.0.1", "198.51.100.1:4711")).isEqualTo("198.51.100.1");
    assertThat(of("10.0.0.1", "[2001:db9::1]:80")).isEqualTo("2001:db9::1");
    assertThat(of("10.0.0.1", "::ffff:198.51.100.1")).isEqualTo("198.51.100.1");
  }

  @ParameterizedTest
  @CsvSource({
    "2001:DB8:0:0:0:0:0:9, 2001:db8::9",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "::, ::",
    "::ffff:192.0.2.9, 192.0.2.9",
    "::FFFF:c000:209, 192.0.2.9",
    "fe80::1%eth0, fe80::1",
    "192.0.2.9, 192.0.2.9",
    "no address, no address",
    "'', ''"
  })
  void canonical_ofAnySpelling_isThatOfRfc5952(String spelled, String canonical) {
    assertThat(IpAddress.canonical(spelled)).isEqualTo(canonical);
  }

  @Test
  void of_whatIsNoAddress_endsTheWalk() {
    assertThat(of("10.0.0.1", "198.51.100.1, unknown, 10.0.0.2")).isEqualTo("10.0.0.2");
    assertThat(of("10.0.0.1", "")).isEqualTo("10.0.0.1");
    assertThat(of("10.0.0.1", "198.51.100.1,")).isEqualTo("10.0.0.1");
  }

  private static String of(String peer, String... forwardedFor) {
    return ClientAddress.of(peer, List.of(forwardedFor), TRUSTED);
  }
}
