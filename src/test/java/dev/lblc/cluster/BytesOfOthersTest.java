package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.internal.nio.BufferObjectDataOutput;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.map.impl.LazyMapEntry;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.sun.management.ThreadMXBean;
import dev.lblc.cluster.CountChanges.Line;
import dev.lblc.cluster.CountReport.Counts;
import dev.lblc.scheduler.Drain;
import dev.lblc.scheduler.EditBasis;
import dev.lblc.scheduler.EditRecord;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What others may have written in the place of what nodes write for each other. */
final class BytesOfOthersTest {
  private static final int MUTANTS = 100_000;
  private static final int MOST_ALLOCATED = 1 << 19;
  private static final String HEAD = "01" + "00000007" + "0000000000001234";
  private static final ServerSpec SERVER = new ServerSpec("s1", "h", 80, 7, 9, 8);
  private static final EditBasis BASIS = new EditBasis(SERVER, SERVER, null);
  private static final InternalSerializationService SERIALIZATION =
      new DefaultSerializationServiceBuilder().build();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @AfterAll
  static void dispose() {
    SERIALIZATION.dispose();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          ''                                                          | it is cut off
          00                                                          | format: 0 (expected: 1 or more)
          0100000007                                                  | it is cut off
          01ffffffff0000000000001234                                  | version: -1 (expected: 0 to 1073741824)
          017fffffff0000000000001234                                  | version: 2147483647 (expected: 0 to 1073741824)
          0100000007ffffffffffffffff                                  | time: -1 (expected: 0 to 253402300799999)
          01000000077fffffffffffffff                                  | time: 9223372036854775807 (expected: 0 to 253402300799999)
          0100000007000000000000123400000000                          | homes: 0 (expected: 1 to 10000)
          01000000070000000000001234ffffffff                          | homes: -1 (expected: 1 to 10000)
          01000000070000000000001234000f4240                          | homes: 1000000 (expected: 1 to 10000)
          0100000007000000000000123400000001ffffffff                  | bytes of a name: -1 (expected: 1 to 4096)
          0100000007000000000000123400000001000000007fffffff          | bytes of a name: 0 (expected: 1 to 4096)
          01000000070000000000001234000000017fffffff                  | bytes of a name: 2147483647 (expected: 1 to 4096)
          01000000070000000000001234000000020000000273310000000273    | it is cut off
          01000000070000000000001234000000010000000273ff              | a name that is no UTF-8
          """)
  void homeRecord_thatCannotBe_saysWhyAndIsAbsent(String hex, String why) {
    HomeRecord record = SERIALIZATION.toObject(SERIALIZATION.toData(
        new StrangeRecord(WrittenForm.FACTORY, WrittenForm.HOME_RECORD, bytes(hex))));
    assertThat(record.fault()).isEqualTo(why);
    assertThat(record.homes()).isEmpty();
  }

  @Test
  void homeRecord_ofAMillionHomes_isGivenUpBeforeTheyAreRead() throws IOException {
    BufferObjectDataOutput out = SERIALIZATION.createObjectDataOutput(1 << 24);
    out.write(bytes(HEAD + "000f4240"));
    for (int i = 0; i < 1_000_000; i++) {
      out.writeString("s" + i);
    }
    byte[] bytes = out.toByteArray();
    HomeRecord record = new HomeRecord();
    long allocated = allocated(() -> record.readData(SERIALIZATION.createObjectDataInput(bytes)));
    assertThat(record.fault()).startsWith("homes: 1000000 ");
    assertThat(allocated).isLessThan(MOST_ALLOCATED);
  }

  @Test
  void homeRecord_ofNamesThatAreTooLongTogether_isGivenUp() throws IOException {
    BufferObjectDataOutput out = SERIALIZATION.createObjectDataOutput(1 << 22);
    out.write(bytes(HEAD + "00000200"));
    for (int i = 0; i < 0x200; i++) {
      out.writeString("s".repeat(4_096));
    }
    HomeRecord record = new HomeRecord();
    record.readData(SERIALIZATION.createObjectDataInput(out.toByteArray()));
    assertThat(record.fault()).isEqualTo("bytes of names: 1052672 (expected: at most 1048576)");
  }

  @ParameterizedTest
  @CsvSource({
    "'', it is cut off",
    "00, format: 0 (expected: 1 or more)",
    "01ffffffff, version: -1 (expected: 0 to 1073741824)",
    "0100000007ffffffffffffffff, time: -1 (expected: 0 to 253402300799999)",
    "01000000070000000000001234017fffffff, bytes of a name: 2147483647 (expected: 1 to 4096)",
    "01000000070000000000001234000100000001730000000168000000000000000700000009000000ff,"
        + " port: 0 (expected: 1 to 65535)",
    "01000000070000000000001234000100000001730000000168000000507fffffff00000009000000ff,"
        + " weight: 2147483647 (expected: 0 to 1000000)",
  })
  void serverRecord_thatCannotBe_saysWhy(String hex, String why) {
    ServerRecord record = SERIALIZATION.toObject(SERIALIZATION.toData(
        new StrangeRecord(WrittenForm.FACTORY, WrittenForm.SERVER_RECORD, bytes(hex))));
    assertThat(record.fault()).isEqualTo(why);
    assertThat(record).hasToString(why);
  }

  static List<Object> strangers() {
    return List.of(
        "a text",
        7,
        StrangeRecord.UNKNOWN,
        new StrangeRecord(WrittenForm.FACTORY, 99, new byte[0]),
        new StrangeRecord(WrittenForm.FACTORY, WrittenForm.HOME_RECORD, bytes("00")),
        new StrangeRecord(WrittenForm.FACTORY, WrittenForm.SERVER_RECORD, bytes("00")));
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void putHomes_overAStranger_isAsIfNothingWereThere(Object stranger) {
    LazyMapEntry<String, HomeRecord> entry = entry(stranger);
    PutHomes put = new PutHomes(List.of("s1"), 4, 5_000, 60_000, false);
    assertThat(put.process(entry)).hasToString("[s1] v5 used 5000");
    assertThat(entry.getValue()).hasToString("[s1] v5 used 5000");
    assertThat(entry.isModified()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void noteUseAndRemoveUnused_ofAStranger_answerThatThereIsNoRecord(Object stranger) {
    assertThat(new NoteUse(5_000, 60_000, 0).process(entry(stranger))).isFalse();
    LazyMapEntry<String, HomeRecord> entry = entry(stranger);
    assertThat(RemoveUnused.spoilt(5_000).process(entry)).isFalse();
    assertThat(entry.isModified() && entry.hasNullValue()).as("removed").isTrue();
  }

  @Test
  void removeUnused_ofWhatIsNoRecord_leavesRecords() {
    LazyMapEntry<String, HomeRecord> entry = entry(new HomeRecord(List.of("s1"), 3, 5_000));
    assertThat(RemoveUnused.spoilt(5_000).process(entry)).isFalse();
    assertThat(entry.isModified()).isFalse();
  }

  @Test
  void putHomes_overARecordOfTheFuture_wins() {
    long year = 365L * 24 * 3_600_000;
    LazyMapEntry<String, HomeRecord> entry = entry(new HomeRecord(List.of("s9"), 9, year));
    assertThat(new NoteUse(5_000, 60_000, 0).process(entry)).isFalse();
    assertThat(new PutHomes(List.of("s1"), 4, 5_000, 60_000, false).process(entry))
        .hasToString("[s1] v5 used 5000");
    long day = year / 365;
    LazyMapEntry<String, HomeRecord> wrongClock = entry(new HomeRecord(List.of("s9"), 9, day));
    assertThat(new PutHomes(List.of("s1"), 4, 5_000, 60_000, false).process(wrongClock))
        .as("a clock that was wrong by a day")
        .hasToString("[s9] v9 used " + day);
  }

  @Test
  void changes_ofTheHighestVersionThatCanBeRead_areReadable() {
    HomeRecord highest = new HomeRecord(List.of("s9"), WrittenForm.HIGHEST_VERSION, 5_000);
    LazyMapEntry<String, HomeRecord> entry = entry(highest);
    PutHomes put = new PutHomes(List.of("s1"), WrittenForm.HIGHEST_VERSION, 6_000, 60_000, false);
    HomeRecord record = SERIALIZATION.toObject(SERIALIZATION.toData(put.process(entry)));
    assertThat(record.fault()).isNull();
    assertThat(record.homes()).containsExactly("s1");
    HomeRecord merged =
        SERIALIZATION.toObject(SERIALIZATION.toData(LaterUseMergePolicy.later(highest, record)));
    assertThat(merged.fault()).isNull();
    Claim claim = new Claim(3, WrittenForm.HIGHEST_VERSION, 9, "n").next(10, "n");
    assertThat(claim.generation()).isEqualTo(WrittenForm.HIGHEST_VERSION);
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void editServer_overAStranger_isTheFirstEdit(Object stranger) {
    LazyMapEntry<String, ServerRecord> entry = entry(stranger);
    ServerRecord record =
        new EditServer(new ServerEdit.Change("s1", 3, null, null), BASIS, 5_000, 7).process(entry);
    assertThat(Objects.requireNonNull(record).edits().version()).isEqualTo(1);
    assertThat(entry.getValue()).isEqualTo(record);
  }

  @Test
  void changes_thatCannotBe_areRefusedWithoutRoomForThem() {
    Map.<String, Supplier<EntryChange<?, ?>>>of(
            "01" + "00000006" + "0000000000001234" + "000000000000ea60" + "7fffffff", PutHomes::new,
            "00" + "00000006" + "0000000000001234", PutHomes::new,
            "01" + "0000000000001234" + "000000000000ea60" + "7fffffff", NoteUse::new,
            "01" + "0000000000001234" + "ffffffff", RemoveUnused::new,
            "01" + "0000000000001234" + "00" + "02" + "7fffffff", EditServer::new,
            "01" + "0000000000001234" + "00" + "04", EditServer::new)
        .forEach((hex, change) -> assertThatThrownBy(
                () -> change.get().readData(SERIALIZATION.createObjectDataInput(bytes(hex))))
            .as(hex)
            .isInstanceOf(IOException.class));
  }

  /** Numbers of bytes, of things and of formats become others; bytes are lost and come. */
  @Test
  void mutants_ofAllForms_areReadOrRefusedAsDeclaredAndTakeNoRoom() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Form> forms = forms();
    int refused = 0;
    for (int i = 0; i < MUTANTS; i++) {
      Form form = forms.get(random.nextInt(forms.size()));
      byte[] bytes = mutant(bytes(form.hex), random);
      boolean[] isRead = new boolean[1];
      long allocated;
      try {
        allocated = allocated(() -> isRead[0] = form.reader.read(bytes));
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            "seed " + seed + ", " + form.name + " " + HexFormat.of().formatHex(bytes), e);
      }
      refused += isRead[0] ? 0 : 1;
      if (allocated > MOST_ALLOCATED) {
        throw new AssertionError("seed " + seed + ", " + form.name + " "
            + HexFormat.of().formatHex(bytes) + " took " + allocated + " bytes");
      }
    }
    assertThat(refused).as("seed %d", seed).isBetween(MUTANTS / 10, MUTANTS * 9 / 10);
  }

  /** Reads; false: refused, as it may be. */
  private interface FormReader {
    boolean read(byte[] bytes);
  }

  private record Form(String name, String hex, FormReader reader) {}

  private static List<Form> forms() throws IOException {
    List<Form> forms = new ArrayList<>();
    forms.add(of(new HomeRecord(List.of("s1", "s2"), 7, 0x1234L, 3), HomeRecord::new));
    forms.add(
        of(new ServerRecord(new EditRecord(3, 0x1234L, SERVER, SERVER, true)), ServerRecord::new));
    forms.add(of(
        new ServerRecord(
            new EditRecord(3, 0x1234L, null, SERVER, false, true, new Drain(0x77L, 0x88L))),
        ServerRecord::new));
    forms.add(of(new PutHomes(List.of("s1", "s2"), 6, 0x1234L, 60_000, true), PutHomes::new));
    forms.add(of(new NoteUse(0x1234L, 60_000, 7), NoteUse::new));
    forms.add(of(new RemoveUnused(0x1234L), RemoveUnused::new));
    forms.add(of(RemoveUnused.spoilt(0x1234L), RemoveUnused::new));
    forms.add(of(new EditServer(new ServerEdit.Add(SERVER), BASIS, 0x1234L, 7), EditServer::new));
    forms.add(of(
        new EditServer(new ServerEdit.Change("s1", 1, 2, 3), BASIS, 0x1234L, 7), EditServer::new));
    forms.add(
        of(new EditServer(new ServerEdit.Drain("s1", null), BASIS, 0x1234L, 7), EditServer::new));
    Map<String, List<HomeHint>> hints = Map.of(
        "images", List.of(new HomeHint("/cats", List.of("s1", "s2"), new Claim(3, 1, 9, "n"), 8)));
    Map<String, Map<String, Counts>> counts =
        Map.of("images", Map.of("s1", new Counts(1, 2), "s2", new Counts(3, 4)));
    forms.add(of(new CountReport("n", 5, 6, counts, Map.of("images", Map.of("limits", 7)), hints)));
    CountChanges changes =
        new CountChanges(6, List.of(new Line(0, 2, 1), new Line(1, 300, 0)), counts);
    forms.add(of(new CountReport("n", 5, 7, changes, hints)));
    return forms;
  }

  private static Form of(CountReport golden) {
    Buffer report = Buffer.buffer();
    golden.writeTo(report);
    return new Form("CountReport", HexFormat.of().formatHex(report.getBytes()), bytes -> {
      try {
        CountReport unused = CountReport.readFrom(Buffer.buffer(bytes), 0);
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      }
    });
  }

  private static Form of(
      IdentifiedDataSerializable golden, Supplier<? extends IdentifiedDataSerializable> empty)
      throws IOException {
    BufferObjectDataOutput out = SERIALIZATION.createObjectDataOutput(64);
    golden.writeData(out);
    return new Form(
        golden.getClass().getSimpleName(), HexFormat.of().formatHex(out.toByteArray()), bytes -> {
          IdentifiedDataSerializable object = empty.get();
          ObjectDataInput in = SERIALIZATION.createObjectDataInput(bytes);
          try {
            object.readData(in);
          } catch (IOException e) {
            if (object instanceof SharedRecord) {
              throw new AssertionError("a value has to be readable", e);
            }
            return false;
          }
          return !(object instanceof SharedRecord record) || record.fault() == null;
        });
  }

  private static byte[] mutant(byte[] golden, Random random) {
    byte[] bytes = golden;
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> {
          int size = List.of(Integer.MAX_VALUE, -1, 1_000_000, 9_999, 0).get(random.nextInt(5));
          for (int i = 0; i < 4 && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (size >> (24 - 8 * i));
          }
        }
        case 2 -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length));
        default -> {
          bytes = Arrays.copyOf(bytes, bytes.length + 1);
          System.arraycopy(bytes, at, bytes, at + 1, bytes.length - 1 - at);
        }
      }
    }
    return bytes;
  }

  private static long allocated(Runnable task) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    task.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static <V> LazyMapEntry<String, V> entry(Object value) {
    Data key = SERIALIZATION.toData("/a");
    return new LazyMapEntry<>(key, SERIALIZATION.toData(value), SERIALIZATION);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
