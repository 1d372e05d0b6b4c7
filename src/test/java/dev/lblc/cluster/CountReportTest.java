package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.cluster.CountChanges.Line;
import dev.lblc.cluster.CountReport.Counts;
import io.vertx.core.buffer.Buffer;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class CountReportTest {
  private static final CountReportCodec CODEC = new CountReportCodec();
  private static final CountReport REPORT = report();

  /** Node, epoch, sequence number and counts, as all formats have them. */
  private static final String COUNTS = ("00000001" + "6e" + "0000000000001234" + "0000000000000007")
      + "00000002"
      + ("00000006" + "696d61676573" + "00000002")
      + ("00000002" + "7331" + "00000003" + "00000000")
      + ("00000002" + "7332" + "00000001" + "00000002")
      + ("00000001" + "76" + "00000000");

  private static final String NONE = "00000000";
  private static final String WHOLE = "00";
  private static final String GOLDEN = "04" + COUNTS + NONE + NONE + WHOLE;
  private static final String CONFIGS =
      ("00000001" + "00000001" + "76") + ("00000001" + "00000006" + "6c696d697473" + "cafebabe");
  private static final HomeHint HINT =
      new HomeHint("/a", List.of("s1"), new Claim(5, 6, 7, "m"), 8);
  private static final String HINTS = ("00000001" + "00000001" + "76" + "00000001")
      + ("00000002" + "2f61" + "00000001" + "00000002" + "7331")
      + ("00000005" + "00000006" + "0000000000000007" + "00000001" + "6d")
      + "0000000000000008";

  @Test
  void report_written_isReadAgain() {
    assertThat(hex(REPORT)).isEqualTo(GOLDEN);
    assertThat(decode(GOLDEN)).isEqualTo(REPORT);
    assertThat(decode("05" + GOLDEN.substring(2) + "0badcafe"))
        .as("of a later format")
        .isEqualTo(REPORT);
  }

  @Test
  void report_withConfigsAndHomes_isReadAgain() {
    CountReport told = withMore(Map.of("v", Map.of("limits", 0xcafebabe)), List.of(HINT), true);
    String golden = "04" + COUNTS + CONFIGS + HINTS + WHOLE;
    assertThat(hex(told)).isEqualTo(golden);
    assertThat(decode(golden)).isEqualTo(told);
    everyCut_isRefused(golden);
  }

  @Test
  void report_ofAnEarlierFormat_isReadAndOfANodeThatReadsNoChanges() {
    assertThat(decode("01" + COUNTS)).isEqualTo(withMore(Map.of(), List.of(), false));
    assertThat(decode("02" + COUNTS + CONFIGS))
        .isEqualTo(withMore(Map.of("v", Map.of("limits", 0xcafebabe)), List.of(), false));
    assertThat(decode("03" + COUNTS + NONE + HINTS))
        .isEqualTo(withMore(Map.of(), List.of(HINT), false));
  }

  @Test
  void report_toANodeOfAnEarlierFormat_isAWholeOne() {
    String hex = GOLDEN.substring(2);
    for (String format : List.of("01", "02", "03")) {
      assertThat(decode(format + hex)).isEqualTo(withMore(Map.of(), List.of(), false));
    }
  }

  @Test
  void changes_written_areReadAgain() {
    CountChanges changes = new CountChanges(
        5,
        List.of(new Line(0, 3, 0), new Line(1, 128, 0), new Line(300, 10_000_000, 127)),
        Map.of("v", Map.of("s3", new Counts(0, 1))));
    CountReport told = new CountReport("n", 0x1234L, 7, changes, Map.of("v", List.of(HINT)));
    String golden = "04"
        + ("00000001" + "6e" + "0000000000001234" + "0000000000000000")
        + (NONE + NONE + HINTS + "01" + "0000000000000007" + "0000000000000005")
        + ("03" + "000300" + "00800100" + "aa02" + "80ade204" + "7f")
        + ("00000001" + "00000001" + "76" + "00000001")
        + ("00000002" + "7333" + "00000000" + "00000001");
    assertThat(hex(told)).isEqualTo(golden);
    assertThat(decode(golden)).isEqualTo(told);
    assertThat(decode("05" + golden.substring(2) + "0badcafe"))
        .as("of a later format")
        .isEqualTo(told);
    everyCut_isRefused(golden);
  }

  @Test
  void homes_thatNoRecordCanHave_areRefused() {
    Claim claim = new Claim(5, 6, 7, "m");
    String tooLong = "s".repeat(WrittenForm.LONGEST_NAME);
    for (HomeHint hint : List.of(
        new HomeHint("/a", List.of(), claim, 8),
        new HomeHint("/a", List.of("s1", ""), claim, 8),
        new HomeHint("/a", Collections.nCopies(WrittenForm.MOST_HOMES + 1, "s"), claim, 8),
        new HomeHint("/a", Collections.nCopies(257, tooLong), claim, 8),
        new HomeHint("/a", List.of("s1"), claim, -1),
        new HomeHint("/a", List.of("s1"), claim, WrittenForm.END_OF_TIME))) {
      CountReport report = withMore(Map.of(), List.of(hint), true);
      assertThatThrownBy(() -> decode(hex(report)))
          .as("%s", hint)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void names_thatWouldGrowAsTheyAreWrittenAgain_areRefused() {
    assertThatThrownBy(() -> decode(GOLDEN.replace("7331", "73ff")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("UTF-8");
    assertThat(decode(GOLDEN.replace("7331", "c3a9")).services())
        .isEqualTo(
            Map.of("images", Map.of("é", new Counts(3, 0), "s2", new Counts(1, 2)), "v", Map.of()));
  }

  @Test
  void changes_toANodeOfAnEarlierFormat_areAReportThatItKnowsAlready() {
    CountChanges changes = new CountChanges(5, List.of(new Line(0, 3, 0)), Map.of());
    String hex = hex(new CountReport("n", 0x1234L, 7, changes, Map.of("v", List.of(HINT))));
    CountReport seen = decode("03" + hex.substring(2));
    assertThat(seen.isOlderThan(0x1234L, 1)).isTrue();
    assertThat(seen.services()).isEmpty();
    assertThat(seen.hints()).as("what it has to hear").isEqualTo(Map.of("v", List.of(HINT)));
  }

  @Test
  void changes_thatCannotBe_areRefused() {
    String head =
        "04" + ("00000001" + "6e" + "0000000000001234" + "0000000000000000") + (NONE + NONE + NONE);
    String toCount = head + "01" + "0000000000000007" + "0000000000000005";
    assertThat(decode(toCount + "01" + "bf9a0c" + "0000" + NONE).changes())
        .isEqualTo(new CountChanges(5, List.of(new Line(199_999, 0, 0)), Map.of()));
    Map.of(
            head + "02", "number 2 before byte 35 (expected: 0 to 1)",
            toCount + "c19a0c", "number 200001 before byte 54 (expected: 0 to 200000)",
            toCount + "ffffffffff", "number 34359738367 before byte 56 (expected: 0 to 200000)",
            toCount + "8080808070", "number 30064771072 before byte 56 (expected: 0 to 200000)",
            toCount + "01" + "00" + "81ade204",
                "number 10000001 before byte 57 (expected: 0 to 10000000)",
            toCount + "02" + "bf9a0c0000" + "01", "number 1 before byte 58 (expected: 0 to 0)")
        .forEach((hex, message) -> assertThatThrownBy(() -> decode(hex))
            .as(hex)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("report of connections: " + message));
  }

  @Test
  void report_forManyNodes_isWrittenOnceAndTheNextOneAnew() {
    CountReportCodec codec = new CountReportCodec();
    AtomicInteger written = new AtomicInteger();
    Map<String, Map<String, Counts>> services = new TreeMap<>(REPORT.services()) {
      @Override
      public int size() {
        written.incrementAndGet();
        return super.size();
      }
    };
    CountReport report = new CountReport("n", 1, 1, services);
    Buffer once = Buffer.buffer();
    Buffer again = Buffer.buffer();
    codec.encodeToWire(once, report);
    int count = written.get();
    codec.encodeToWire(again, report);
    assertThat(again).isEqualTo(once);
    assertThat(written).hasValue(count);
    codec.encodeToWire(again, REPORT);
    assertThat(again.getBuffer(once.length(), again.length()))
        .isEqualTo(Buffer.buffer(HexFormat.of().parseHex(GOLDEN)));
  }

  @Test
  void report_inTheMidstOfAMessage_isReadFromWhereItStarts() {
    Buffer message = Buffer.buffer("header");
    CODEC.encodeToWire(message, REPORT);
    assertThat(CODEC.decodeFromWire(6, message)).isEqualTo(REPORT);
  }

  @Test
  void report_cutAnywhere_isRefused() {
    everyCut_isRefused(GOLDEN);
  }

  @Test
  void lengthsAndNumbers_thatCannotBe_areRefused() {
    String head = "01" + "00000001" + "6e" + "0000000000001234" + "0000000000000007";
    String toCounts =
        head + "00000001" + "00000001" + "76" + "00000001" + "00000002" + "7331" + "00000003";
    assertThat(decode(toCounts + "00000004").services())
        .isEqualTo(Map.of("v", Map.of("s1", new Counts(3, 4))));
    Map.of(
            "00" + COUNTS, "format 0 before byte 1 (expected: 1 or more)",
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
    assertThat(new CountReport("n", 5, 5, Map.of()).isOlderThan(5, 5)).isTrue();
    assertThat(new CountReport("n", 5, 6, Map.of()).isOlderThan(5, 5)).isFalse();
    assertThat(new CountReport("n", 4, 6, Map.of()).isOlderThan(5, 5)).isTrue();
    assertThat(new CountReport("n", 6, 1, Map.of()).isOlderThan(5, 5)).isFalse();
  }

  private static CountReport withMore(
      Map<String, Map<String, Integer>> configs, List<HomeHint> hints, boolean readsChanges) {
    return new CountReport(
        REPORT.node(),
        REPORT.epoch(),
        REPORT.sequence(),
        REPORT.services(),
        configs,
        hints.isEmpty() ? Map.of() : Map.of("v", hints),
        null,
        readsChanges);
  }

  private static void everyCut_isRefused(String golden) {
    for (int length = 0; length < golden.length(); length += 2) {
      String cut = golden.substring(0, length);
      assertThatThrownBy(() -> decode(cut))
          .as(cut)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("report of connections: ");
    }
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
