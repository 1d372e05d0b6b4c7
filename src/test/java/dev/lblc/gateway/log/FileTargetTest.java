package dev.lblc.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileTargetTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  @Test
  void reopen_saysWhetherTheFileIsAnotherOne() throws Exception {
    Path file = directory.resolve("access.log");
    FileTarget target = FileTarget.open(file);
    try {
      assertThat(target.reopen()).as("it is where it was").isFalse();
      Files.move(file, directory.resolve("access.log.1"));
      assertThat(target.reopen()).as("it was moved").isTrue();
      Files.delete(file);
      assertThat(target.reopen()).as("it was deleted").isTrue();
      assertThat(target.reopen()).as("as before").isFalse();
    } finally {
      target.close();
    }
  }
}
