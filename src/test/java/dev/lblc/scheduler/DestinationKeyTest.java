package dev.lblc.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DestinationKeyTest {
  @Test
  void of_upTo256Bytes_isItself() {
    assertThat(DestinationKey.of(null)).isNull();
    assertThat(DestinationKey.of("")).isEmpty();
    assertThat(DestinationKey.of("a".repeat(256))).isEqualTo("a".repeat(256));
    assertThat(DestinationKey.of("\u00e9".repeat(128))).isEqualTo("\u00e9".repeat(128));
  }

  @Test
  void of_moreThan256Bytes_isItsHash() {
    assertThat(DestinationKey.of("a".repeat(257)))
        .isEqualTo("sha256:" + "e8d95cc2b4bc198c54b40bd214df958afb65f5e73d2c2eafe0593cf5c635c1f0");
    assertThat(DestinationKey.of("\u00e9".repeat(129))).startsWith("sha256:").hasSize(7 + 64);
    assertThat(DestinationKey.of("a".repeat(257))).isNotEqualTo(DestinationKey.of("a".repeat(258)));
  }
}
