package dev.lblc.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.internal.nio.BufferObjectDataOutput;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import dev.lblc.scheduler.Drain;
import dev.lblc.scheduler.EditBasis;
import dev.lblc.scheduler.EditRecord;
import dev.lblc.scheduler.EditStamp;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.AbstractMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * What nodes of different releases read of each other. A golden text that changes is a form that nodes which run do not
 * know: a field may be added where a form says so, nothing else.
 */
final class WrittenFormsTest {
  private static final String HOMES = "00000002" + "00000002" + "7331" + "00000002" + "7332";
  private static final String S1 = "00000002" + "7331";
  private static final String SERVER_NUMBERS = "00000050" + "00000007" + "00000009" + "00000008";
  private static final String SERVER = S1 + "00000001" + "68" + SERVER_NUMBERS;
  private static final String NOTHING_MORE = "00000000";

  private static final InternalSerializationService SERIALIZATION =
      new DefaultSerializationServiceBuilder().build();

  @AfterAll
  static void dispose() {
    SERIALIZATION.dispose();
  }

  @Test
  void homeRecord_written_isReadAgain() throws Exception {
    HomeRecord record = new HomeRecord(List.of("s1", "s2"), 7, 0x1234L, 3);
    String golden = "01" + "00000007" + "0000000000001234" + HOMES + "00000003";
    assertThat(hex(record)).isEqualTo(golden);
    assertThat(throughHazelcast(record)).hasToString(record.toString());
    assertThat(throughHazelcast(record).contests()).isEqualTo(3);
    HomeRecord later = read(golden + "0badcafe", HomeRecord::new);
    assertThat(later).as("with a field more").hasToString(record.toString());
  }

  @Test
  void putHomes_written_isReadAgain() throws Exception {
    PutHomes put = new PutHomes(List.of("s1", "s2"), 6, 0x1234L, 60_000, false);
    String golden =
        "01" + "00000006" + "0000000000001234" + "000000000000ea60" + HOMES + "00" + NOTHING_MORE;
    assertThat(hex(put)).isEqualTo(golden);
    for (PutHomes again :
        List.of(throughHazelcast(put), read(withAFieldMore(golden), PutHomes::new))) {
      MapEntry entry = new MapEntry(null);
      assertThat(again.process(entry)).hasToString("[s1, s2] v7 used " + 0x1234);
      assertThat(entry.secondsToLive()).isEqualTo(60);
    }
  }

  @Test
  void noteUse_written_isReadAgain() throws Exception {
    NoteUse use = new NoteUse(0x1234L, 60_000, 7);
    String golden = "01" + "0000000000001234" + "000000000000ea60" + "00000004" + "00000007";
    assertThat(hex(use)).isEqualTo(golden);
    for (NoteUse again : List.of(
        throughHazelcast(use),
        read(golden.replace("00000004", "00000008") + "0badcafe", NoteUse::new),
        read(golden.replace("0000000400000007", NOTHING_MORE), NoteUse::new))) {
      MapEntry entry = new MapEntry(new HomeRecord(List.of("s1"), 1, 1));
      assertThat(again.process(entry)).isTrue();
      assertThat(entry.getValue()).hasToString("[s1] v1 used " + 0x1234);
      assertThat(entry.secondsToLive()).isEqualTo(60);
    }
  }

  @Test
  void removeUnused_written_isReadAgain() throws Exception {
    RemoveUnused removal = new RemoveUnused(0x1234L);
    String golden = "01" + "0000000000001234" + NOTHING_MORE;
    assertThat(hex(removal)).isEqualTo(golden);
    for (RemoveUnused again :
        List.of(throughHazelcast(removal), read(withAFieldMore(golden), RemoveUnused::new))) {
      assertThat(again.process(new MapEntry(new HomeRecord(List.of("s1"), 1, 0x1234))))
          .isTrue();
      assertThat(again.process(new MapEntry(new HomeRecord(List.of("s1"), 1, 0x1235))))
          .isFalse();
    }
  }

  @Test
  void removalOfWhatIsSpoilt_written_isReadAgain() throws Exception {
    RemoveUnused removal = RemoveUnused.spoilt(0x1234L);
    String golden = "01" + "8000000000000000" + "00000008" + "0000000000001234";
    assertThat(hex(removal)).isEqualTo(golden);
    String more = golden.replace("00000008", "0000000c") + "0badcafe";
    for (RemoveUnused again : List.of(throughHazelcast(removal), read(more, RemoveUnused::new))) {
      assertThat(again.process(new MapEntry(new HomeRecord(List.of("s1"), 1, 0x1234))))
          .isFalse();
      assertThat(again.process(new MapEntry(new HomeRecord(List.of("s1"), 1, 0x1235))))
          .isTrue();
    }
  }

  @Test
  void serverRecord_written_isReadAgain() throws Exception {
    ServerSpec server = new ServerSpec("s1", "h", 80, 7, 9, 8);
    ServerRecord record = new ServerRecord(new EditRecord(3, 0x1234L, null, server, false));
    String golden = "01" + "00000003" + "0000000000001234" + "00" + "01" + SERVER;
    assertThat(hex(record)).isEqualTo(golden);
    for (ServerRecord again :
        List.of(throughHazelcast(record), read(golden + "0badcafe", ServerRecord::new))) {
      assertThat(again).hasToString(record.toString());
      assertThat(again.edits().configured()).isNull();
      assertThat(again.edits().server()).isEqualTo(server);
    }
  }

  @Test
  void editServer_ofEachKind_written_isReadAgain() throws Exception {
    ServerSpec server = new ServerSpec("s1", "h", 80, 7, 9, 8);
    assertEdit(
        new EditServer(new ServerEdit.Add(server), new EditBasis(null, null, null), 0x1234L, 0),
        "01" + "0000000000001234" + "00" + "01" + "01" + SERVER + NOTHING_MORE,
        server);
    assertEdit(
        new EditServer(
            new ServerEdit.Change("s1", 0, null, 2), new EditBasis(server, null, null), 0x1234L, 0),
        "01" + "0000000000001234" + "01" + SERVER + "02" + S1 + "00000000" + "ffffffff" + "00000002"
            + NOTHING_MORE,
        new ServerSpec("s1", "h", 80, 0, 9, 2));
    assertEdit(
        new EditServer(new ServerEdit.Remove("s1"), new EditBasis(server, null, null), 0x1234L, 0),
        "01" + "0000000000001234" + "01" + SERVER + "03" + S1 + NOTHING_MORE,
        null);
  }

  /** A node that does not know it sees a server without a limit. */
  @Test
  void serverRecord_ofALimitedServer_isReadAgain() throws Exception {
    ServerSpec server = new ServerSpec("s1", "h", 80, 7, 9, 8);
    ServerRecord record =
        new ServerRecord(new EditRecord(3, 0x1234L, server.withMax(5), server.withMax(6), true));
    String first = "00000003" + "0000000000001234" + "01" + SERVER + "01" + SERVER + "01" + "01"
        + "00000007" + "00";
    assertThat(hex(record)).isEqualTo("04" + first + "00000005" + "00000006");
    assertThat(throughHazelcast(record)).isEqualTo(record);
    assertThat(read("03" + first, ServerRecord::new).edits().server()).isEqualTo(server);
  }

  @Test
  void editServer_ofALimit_isReadAgain() throws Exception {
    ServerSpec server = new ServerSpec("s1", "h", 80, 7, 9, 8);
    for (ServerEdit kind : List.of(
        new ServerEdit.Change("s1", 5, null, null, 12),
        new ServerEdit.Change("s1", 5, null, null, 0),
        new ServerEdit.Change("s1", 5, null, null),
        new ServerEdit.Drain("s1", null))) {
      EditBasis basis = new EditBasis(server.withMax(3), server.withMax(4), new EditStamp(0, 0));
      EditServer edit = new EditServer(kind, basis, 0x1234L, 7);
      EditRecord expected = EditRecord.after(kind, null, basis, 0x1234L);
      for (EditServer again : List.of(throughHazelcast(edit), read(hex(edit), EditServer::new))) {
        ServerRecord record = again.process(new AbstractMap.SimpleEntry<>("s1", null));
        assertThat(Objects.requireNonNull(record).edits()).isEqualTo(expected);
      }
    }
    ServerEdit add = new ServerEdit.Add(server.withMax(9));
    EditServer adding = new EditServer(add, new EditBasis(null, null, null), 0x1234L, 0);
    ServerRecord added =
        throughHazelcast(adding).process(new AbstractMap.SimpleEntry<>("s1", null));
    assertThat(Objects.requireNonNull(added).edits().server()).isEqualTo(server.withMax(9));
  }

  @Test
  void serverRecord_ofADiscoveredServer_isReadByThisReleaseAndTheFirst() throws Exception {
    ServerSpec server = new ServerSpec("s1", "h", 80, 7, 9, 8);
    ServerRecord record = new ServerRecord(new EditRecord(3, 0x1234L, null, server, true));
    String first = "00000003" + "0000000000001234" + "00" + "01" + SERVER;
    assertThat(hex(record)).isEqualTo("02" + first + "01");
    assertThat(throughHazelcast(record)).isEqualTo(record);
    assertThat(read("01" + first + "01", ServerRecord::new).edits().isOfDiscovered())
        .isFalse();
  }

  @Test
  void editServer_ofADiscoveredServer_isReadAgain() throws Exception {
    ServerSpec server = new ServerSpec("s1", "h", 80, 7, 9, 8);
    EditServer edit = new EditServer(
        new ServerEdit.Change("s1", 5, null, null), new EditBasis(null, server, null), 0x1234L, 0);
    String added = "01" + "0002" + "7331" + "0001" + "68" + SERVER_NUMBERS;
    String golden = "01" + "0000000000001234" + "00" + "02" + S1 + "00000005" + "ffffffff"
        + "ffffffff" + "00000018" + added;
    assertThat(hex(edit)).isEqualTo(golden);
    for (EditServer again : List.of(throughHazelcast(edit), read(golden, EditServer::new))) {
      ServerRecord record = again.process(new AbstractMap.SimpleEntry<>("s1", null));
      assertThat(Objects.requireNonNull(record).edits())
          .isEqualTo(
              new EditRecord(1, 0x1234L, null, new ServerSpec("s1", "h", 80, 5, 9, 8), true));
    }
  }

  /** A node that does not know drains sees a change of the weight to 0, or back. */
  @Test
  void editServer_ofADrain_isReadAgainAndIsAChangeOfTheWeightForOthers() throws Exception {
    ServerSpec server = new ServerSpec("s1", "h", 80, 7, 9, 8);
    EditBasis basis = new EditBasis(server, null, new EditStamp(0, 0));
    String change = "01" + "0000000000001234" + "01" + SERVER + "02" + S1;
    String unchanged = "ffffffff" + "ffffffff";
    String expected = "02" + "00000000" + "0000000000000000";
    EditServer drain =
        new EditServer(new ServerEdit.Drain("s1", Duration.ofMillis(0x99)), basis, 0x1234L, 7);
    assertThat(hex(drain))
        .isEqualTo(
            change + "00000000" + unchanged + "00000016" + expected + "03" + "0000000000000099");
    EditRecord drained = new EditRecord(
        1, 0x1234L, server, server, false, false, new Drain(0x1234L, 0x1234L + 0x99));
    for (EditServer again : List.of(throughHazelcast(drain), read(hex(drain), EditServer::new))) {
      ServerRecord record = again.process(new AbstractMap.SimpleEntry<>("s1", null));
      assertThat(Objects.requireNonNull(record).edits()).isEqualTo(drained);
      assertThat(again.process(new AbstractMap.SimpleEntry<>("s1", record)))
          .as("of another edit than expected")
          .isNull();
    }
    EditServer end = new EditServer(
        new ServerEdit.EndDrain("s1"), new EditBasis(server, null, null), 0x1235L, 7);
    assertThat(hex(end))
        .isEqualTo(change.replace("1234", "1235") + "00000007" + unchanged + "00000001" + "04");
    ServerRecord ended = throughHazelcast(end)
        .process(new AbstractMap.SimpleEntry<>("s1", new ServerRecord(drained)));
    assertThat(Objects.requireNonNull(ended).edits().drain()).isNull();
  }

  @Test
  void serverRecord_ofADrainedServer_hasWeight0ForThoseThatDoNotKnowDrains() throws Exception {
    ServerSpec server = new ServerSpec("s1", "h", 80, 7, 9, 8);
    ServerRecord record = new ServerRecord(
        new EditRecord(3, 0x1234L, server, server, false, true, new Drain(0x77L, null)));
    String numbers = "00000050" + "00000000" + "00000009" + "00000008";
    String first = "00000003" + "0000000000001234" + "01" + SERVER + "01" + S1 + "00000001" + "68"
        + numbers + "00";
    assertThat(hex(record))
        .isEqualTo("03" + first + "01" + "00000007" + "01" + "0000000000000077" + "00"
            + "0000000000000000");
    assertThat(throughHazelcast(record)).isEqualTo(record);
    ServerSpec older =
        Objects.requireNonNull(read("01" + first, ServerRecord::new).edits().server());
    assertThat(older.weight()).isZero();
    ServerRecord withDeadline = new ServerRecord(
        new EditRecord(3, 0x1234L, null, null, true, false, new Drain(0x77L, 0x88L)));
    assertThat(throughHazelcast(withDeadline)).isEqualTo(withDeadline);
  }

  private static void assertEdit(EditServer edit, String golden, @Nullable ServerSpec expected)
      throws Exception {
    assertThat(hex(edit)).isEqualTo(golden);
    for (EditServer again :
        List.of(throughHazelcast(edit), read(withAFieldMore(golden), EditServer::new))) {
      ServerRecord record = again.process(new AbstractMap.SimpleEntry<>("s1", null));
      assertThat(Objects.requireNonNull(record).edits().server()).isEqualTo(expected);
      assertThat(record.edits().editedMillis()).isEqualTo(0x1234L);
    }
  }

  @Test
  void mergePolicies_written_areReadAgain() {
    assertThat(throughHazelcast(new LaterUseMergePolicy())).isInstanceOf(LaterUseMergePolicy.class);
    assertThat(throughHazelcast(new LaterEditMergePolicy()))
        .isInstanceOf(LaterEditMergePolicy.class);
  }

  /** An entry processor stands in the midst of an operation: what follows must be read from where it starts. */
  private static String withAFieldMore(String golden) {
    return golden.substring(0, golden.length() - NOTHING_MORE.length()) + "00000004" + "0badcafe";
  }

  private static String hex(IdentifiedDataSerializable object) throws IOException {
    BufferObjectDataOutput out = SERIALIZATION.createObjectDataOutput(64);
    object.writeData(out);
    return HexFormat.of().formatHex(out.toByteArray());
  }

  private static <T extends IdentifiedDataSerializable> T read(String hex, Supplier<T> empty)
      throws IOException {
    T object = empty.get();
    String next = "7e";
    var in = SERIALIZATION.createObjectDataInput(HexFormat.of().parseHex(hex + next));
    object.readData(in);
    if (!(object instanceof HomeRecord
        || object instanceof ServerRecord)) { // a value is alone in its bytes
      assertThat(in.readByte()).as("what follows").isEqualTo((byte) 0x7e);
    }
    return object;
  }

  private static <T> T throughHazelcast(T object) {
    return SERIALIZATION.toObject(SERIALIZATION.toData(object));
  }
}
