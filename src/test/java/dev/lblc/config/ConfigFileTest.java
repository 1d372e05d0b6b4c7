package dev.lblc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {
  @TempDir
  private Path directory;

  @Test
  void byteOrderMark_atTheBeginning_isLeftOut() throws Exception {
    assertThat(ConfigFile.text(file("\uFEFF{}".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo("{}");
    assertThat(ConfigFile.text(file("{}\uFEFF".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo("{}\uFEFF");
    assertThat(ConfigFile.text(file(new byte[0]))).isEmpty();
  }

  @Test
  void encodings_otherThanUtf8_areNamed() throws Exception {
    assertUnreadable(file("\uFEFF{}".getBytes(StandardCharsets.UTF_16LE)), "UTF-16, not UTF-8");
    assertUnreadable(file("\uFEFF{}".getBytes(StandardCharsets.UTF_16BE)), "UTF-16, not UTF-8");
    assertUnreadable(file("\"\u00e9\"".getBytes(StandardCharsets.ISO_8859_1)), "not UTF-8");
    assertUnreadable(file(new byte[] {(byte) 0xff}), "not UTF-8");
  }

  @Test
  void fileThatIsNone_isToldInWords() throws Exception {
    assertUnreadable(directory, "a folder");
    assertUnreadable(Path.of(""), "a folder");
    assertUnreadable(directory.resolve("absent.json"), "no such file");
    assertUnreadable(file(new byte[0]).resolve("below"), "Not a directory");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void fileThatCannotBeOpenedOrNeverEnds_isToldInWords() throws Exception {
    Path circle = directory.resolve("circle");
    Files.createSymbolicLink(circle, circle);
    catchUnreadable(circle, "symbolic link");
    assertUnreadable(Path.of("/dev/zero"), "more than 16777216 bytes");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void fileWithoutPermission_isToldInWords() throws Exception {
    Path file = file("{}".getBytes(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeThat(Files.isReadable(file)).as("root may read everything").isFalse();
    assertUnreadable(file, "no permission to read it");
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(directory.resolve("g.json"), content);
  }

  private static void assertUnreadable(Path file, String found) {
    assertThat(error(file))
        .isEqualTo(new ConfigError(file.toString(), "$", found, "a readable file of JSON"));
  }

  private static void catchUnreadable(Path file, String found) {
    assertThat(error(file).value()).contains(found).doesNotContain("Exception", file.toString());
  }

  private static ConfigError error(Path file) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> ConfigFile.text(file));
    assertThat(e).as(file.toString()).isNotNull();
    return e.errors().get(0);
  }
}
