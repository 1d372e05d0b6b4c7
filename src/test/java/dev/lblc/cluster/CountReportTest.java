package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.cluster.CountReport.Counts;
import io.vertx.core.buffer.Buffer;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CountReportTest {
  private static final CountReportCodec CODEC = new CountReportCodec();
  private static final CountReport REPORT = report();
  private static final String GOLDEN = "01"
      + ("00000001" + "6e" + "0000000000001234" + "0000000000000007")
      + "00000002"
      + ("00000006" + "696d61676573" + "00000002")
      + ("00000002" + "7331" + "00000003" + "00000000")
      + ("00000002" + "7332" + "00000001" + "00000002")
      + ("00000001" + "76" + "00000000");

  @Test
  void report_written_isReadAgain() {
    assertThat(hex(REPORT)).isEqualTo(GOLDEN);
    assertThat(decode(GOLDEN)).isEqualTo(REPORT);
    assertThat(decode(GOLDEN + "0badcafe")).as("with a field more").isEqualTo(REPORT);
  }

  @Test
  void report_withConfigs_isReadAgainAndPassedOverByAnOlderNode() {
    CountReport told = new CountReport(
        REPORT.node(),
        REPORT.epoch(),
        REPORT.sequence(),
        REPORT.services(),
        Map.of("v", Map.of("limits", 0xcafebabe)),
        Map.of());
    String hex = "02" + GOLDEN.substring(2)
        + ("00000001" + "00000001" + "76")
        + ("00000001" + "00000006" + "6c696d697473" + "cafebabe");
    assertThat(hex(told)).isEqualTo(hex);
    assertThat(decode(hex)).isEqualTo(told);
    assertThat(decode("03" + hex.substring(2) + "00000000" + "0badcafe"))
        .as("of a later format")
        .isEqualTo(told);
    assertThat(decode("01" + hex.substring(2))).as("to an older node").isEqualTo(REPORT);
    for (int length = GOLDEN.length(); length < hex.length(); length += 2) {
      String cut = hex.substring(0, length);
      assertThatThrownBy(() -> decode(cut)).as(cut).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void report_withHomes_isReadAgainAndPassedOverByAnOlderNode() {
    HomeHint hint = new HomeHint("/a", List.of("s1"), new Claim(5, 6, 7, "m"), 8);
    CountReport told = new CountReport(
        REPORT.node(),
        REPORT.epoch(),
        REPORT.sequence(),
        REPORT.services(),
        Map.of(),
        Map.of("v", List.of(hint)));
    String before = "03" + GOLDEN.substring(2) + "00000000";
    String hex = before
        + ("00000001" + "00000001" + "76" + "00000001")
        + ("00000002" + "2f61" + "00000001" + "00000002" + "7331")
        + ("00000005" + "00000006" + "0000000000000007" + "00000001" + "6d")
        + "0000000000000008";
    assertThat(hex(told)).isEqualTo(hex);
    assertThat(decode(hex)).isEqualTo(told);
    assertThat(decode("04" + hex.substring(2) + "0badcafe"))
        .as("of a later format")
        .isEqualTo(told);
    assertThat(decode("02" + hex.substring(2))).as("to an older node").isEqualTo(REPORT);
    assertThat(told.withoutHints()).isEqualTo(REPORT);
    for (int length = before.length(); length < hex.length(); length += 2) {
      String cut = hex.substring(0, length);
      assertThatThrownBy(() -> decode(cut)).as(cut).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void report_inTheMidstOfAMessage_isReadFromWhereItStarts() {
    Buffer message = Buffer.buffer("header");
    CODEC.encodeToWire(message, REPORT);
    assertThat(CODEC.decodeFromWire(6, message)).isEqualTo(REPORT);
  }

  @Test
  void report_cutAnywhere_isRefused() {
    for (int length = 0; length < GOLDEN.length(); length += 2) {
      String cut = GOLDEN.substring(0, length);
      assertThatThrownBy(() -> decode(cut))
          .as(cut)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("report of connections: ");
    }
  }

  @Test
  void lengthsAndNumbers_thatCannotBe_areRefused() {
    String head = "01" + "00000001" + "6e" + "0000000000001234" + "0000000000000007";
    String toCounts =
        head + "00000001" + "00000001" + "76" + "00000001" + "00000002" + "7331" + "00000003";
    assertThat(decode(toCounts + "00000004").services())
        .isEqualTo(Map.of("v", Map.of("s1", new Counts(3, 4))));
    Map.of(
            "00" + GOLDEN.substring(2), "format 0 before byte 1 (expected: 1 or more)",
            "01" + "ffffffff", "number -1 before byte 5 (expected: 0 to 4096)",
            "01" + "7fffffff" + "6e", "number 2147483647 before byte 5 (expected: 0 to 4096)",
            "01" + "00000fff" + "6e", "4095 bytes before byte 5 (expected: the 1 that are left)",
            head + "80000000", "number -2147483648 before byte 26 (expected: 0 to 10000)",
            head + "7fffffff", "number 2147483647 before byte 26 (expected: 0 to 10000)",
            head + "00002710", "4 bytes before byte 26 (expected: the 0 that are left)",
            toCounts + "ffffffff", "number -1 before byte 49 (expected: 0 to 10000000)",
            toCounts + "7fffffff", "number 2147483647 before byte 49 (expected: 0 to 10000000)")
        .forEach((hex, message) -> assertThatThrownBy(() -> decode(hex))
            .as(hex)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("report of connections: " + message));
  }

  @Test
  void garbage_ofAnyKind_isAReportOrRefused() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] golden = HexFormat.of().parseHex(GOLDEN);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = golden.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        CODEC
            .decodeFromWire(0, Buffer.buffer(bytes))
            .services()
            .values()
            .forEach(servers -> assertThat(servers.values())
                .as("seed %d", seed)
                .allMatch(counts -> counts.active() >= 0 && counts.inactive() >= 0));
      } catch (IllegalArgumentException e) {
        assertThat(e)
            .as("seed %d, %s", seed, HexFormat.of().formatHex(bytes))
            .hasMessageStartingWith("report of connections: ");
      }
    }
  }

  @Test
  void isOlder_byEpochThenSequence() {
    CountReport known = new CountReport("n", 5, 5, Map.of());
    assertThat(new CountReport("n", 5, 5, Map.of()).isOlderThan(known)).isTrue();
    assertThat(new CountReport("n", 5, 6, Map.of()).isOlderThan(known)).isFalse();
    assertThat(new CountReport("n", 4, 6, Map.of()).isOlderThan(known)).isTrue();
    assertThat(new CountReport("n", 6, 1, Map.of()).isOlderThan(known)).isFalse();
  }

  private static CountReport report() {
    Map<String, Counts> images = new LinkedHashMap<>();
    images.put("s1", new Counts(3, 0));
    images.put("s2", new Counts(1, 2));
    Map<String, Map<String, Counts>> services = new LinkedHashMap<>();
    services.put("images", images);
    services.put("v", Map.of());
    return new CountReport("n", 0x1234L, 7, services);
  }

  private static String hex(CountReport report) {
    Buffer buffer = Buffer.buffer();
    CODEC.encodeToWire(buffer, report);
    return HexFormat.of().formatHex(buffer.getBytes());
  }

  private static CountReport decode(String hex) {
    return CODEC.decodeFromWire(0, Buffer.buffer(HexFormat.of().parseHex(hex)));
  }
}
