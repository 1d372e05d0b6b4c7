package dev.lblc.boot;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What counts as a change of a file, and when it is told. */
final class FileWatchTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  private Path file;
  private FileWatch watch;

  @BeforeEach
  void one() throws IOException {
    file = Files.writeString(folder.resolve("gateway.json"), "one");
    watch = new FileWatch(FileContents.of(List.of(file)));
  }

  @Test
  void noChange_isNeverTold() {
    assertThat(watch.isChanged()).isFalse();
    assertThat(watch.isChanged()).isFalse();
  }

  @Test
  void change_isToldOnceItHasStayed_untilItIsKnown() throws IOException {
    Files.writeString(file, "two");
    assertThat(watch.isChanged()).isFalse();
    assertThat(watch.isChanged()).isTrue();
    watch.know(FileContents.of(List.of(file)));
    assertThat(watch.isChanged()).isFalse();
    assertThat(watch.isChanged()).isFalse();
  }

  @Test
  void fileThatIsBeingWritten_isNotTold() throws IOException {
    for (int i = 0; i < 5; i++) {
      Files.writeString(file, "part " + i);
      assertThat(watch.isChanged()).isFalse();
    }
    assertThat(watch.isChanged()).isTrue();
  }

  @Test
  void changeThatIsTakenBack_isNotTold() throws IOException {
    Files.writeString(file, "two");
    assertThat(watch.isChanged()).isFalse();
    Files.writeString(file, "one");
    assertThat(watch.isChanged()).isFalse();
    assertThat(watch.isChanged()).isFalse();
  }

  @Test
  void contentOfTheSameSizeAndTime_isTold() throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    Files.setLastModifiedTime(Files.writeString(file, "two"), time);
    assertThat(isTold()).isTrue();
  }

  @Test
  void touch_isNotTold() throws IOException {
    Files.setLastModifiedTime(file, FileTime.fromMillis(0));
    assertThat(isTold()).isFalse();
  }

  @Test
  void renameOntoTheFile_asOfEditors_isTold() throws IOException {
    Files.move(Files.writeString(folder.resolve("new"), "two"), file, ATOMIC_MOVE);
    assertThat(isTold()).isTrue();
  }

  @Test
  void linkOfAVolume_toAnotherFolder_isTold() throws IOException {
    // As Kubernetes does: gateway.json -> ..data/gateway.json, ..data -> ..2026_1
    for (String version : List.of("1", "2")) {
      Path data = Files.createDirectory(folder.resolve("..2026_" + version));
      Files.writeString(data.resolve("file"), "version " + version);
    }
    Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_1"));
    Path link = Files.createSymbolicLink(folder.resolve("file"), Path.of("..data", "file"));
    watch = new FileWatch(FileContents.of(List.of(link)));
    assertThat(isTold()).isFalse();
    Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2026_2"));
    Files.move(next, data, ATOMIC_MOVE, REPLACE_EXISTING);
    assertThat(isTold()).isTrue();
  }

  @Test
  void fileThatIsGone_orIsNoFile_isToldOnce() throws IOException {
    Files.delete(file);
    assertThat(isTold()).isTrue();
    watch.know(FileContents.of(List.of(file)));
    assertThat(isTold()).isFalse();
    Files.createDirectory(file);
    assertThat(isTold()).as("still nothing to read").isFalse();
  }

  @Test
  void everyFileThatIsKnown_isWatched() throws IOException {
    Path key = Files.writeString(folder.resolve("key.pem"), "key");
    watch.know(FileContents.of(List.of(file)).with(FileContents.of(List.of(key))));
    assertThat(isTold()).isFalse();
    Files.writeString(key, "other key");
    assertThat(isTold()).isTrue();
  }

  private boolean isTold() {
    watch.isChanged();
    return watch.isChanged();
  }
}
