package dev.lblc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The runnable jar, as {@code mvn package} leaves it. */
final class FatJarIT {
  private static final Path JAR = Path.of("target", "vertx-lblc.jar");

  /** Every JDK that is installed where Debian puts them, and the one at hand. */
  static Set<Path> jdks() throws IOException {
    Set<Path> homes = new TreeSet<>();
    homes.add(Path.of(System.getProperty("java.home")).toRealPath());
    Path installed = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(installed)) {
      try (DirectoryStream<Path> others = Files.newDirectoryStream(installed)) {
        for (Path home : others) {
          if (Files.isExecutable(home.resolve("bin/java"))) {
            homes.add(home.toRealPath());
          }
        }
      }
    }
    return homes;
  }

  @Test
  void entries_read_areUniqueUnsignedAndWithoutModules() throws IOException {
    List<String> names = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(JAR))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        names.add(entry.getName());
      }
    }
    assertThat(names)
        .contains("dev/lblc/cli/Main.class", "dev/lblc/boot/logback.xml")
        .doesNotHaveDuplicates()
        .doesNotContain("logback.xml")
        .noneMatch(name -> name.endsWith("module-info.class"))
        .noneMatch(name -> name.matches("META-INF/.*\\.(SF|DSA|RSA)"));
  }

  @Test
  void services_ofEveryDependency_areListed() throws IOException {
    List<String> missing = new ArrayList<>();
    int found = 0;
    try (JarFile fat = new JarFile(JAR.toFile())) {
      for (String path :
          List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))) {
        if (!path.endsWith(".jar")) {
          continue;
        }
        try (JarFile dependency = new JarFile(path)) {
          for (JarEntry file : Collections.list(dependency.entries())) {
            if (!file.getName().matches("META-INF/services/[^/]+")) {
              continue;
            }
            for (String service : lines(dependency, file.getName())) {
              if (fat.getEntry(service.replace('.', '/') + ".class") != null) {
                found++;
                if (!lines(fat, file.getName()).contains(service)) {
                  missing.add(file.getName() + ": " + service);
                }
              }
            }
          }
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(found).isPositive();
  }

  @Test
  void manifest_read_startsTheCommandAndOpensWhatIsNeeded() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      Attributes manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue("Main-Class")).isEqualTo("dev.lblc.cli.Main");
      assertThat(manifest.getValue("Multi-Release")).isEqualTo("true");
      assertThat(manifest.getValue("Add-Opens"))
          .contains("java.base/sun.nio.ch", "java.base/java.nio");
      assertThat(manifest.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
    }
  }

  private static List<String> lines(JarFile jar, String entry) throws IOException {
    ZipEntry file = jar.getEntry(entry);
    if (file == null) {
      return List.of();
    }
    try (InputStream content = jar.getInputStream(file)) {
      return new String(content.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.replaceFirst("#.*", "").strip())
          .filter(line -> !line.isEmpty())
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("jdks")
  void jar_onEachInstalledJdk_checksTheExampleAndSaysNothingElse(Path jdk, @TempDir Path folder)
      throws Exception {
    Path errors = folder.resolve("errors");
    Process process = new ProcessBuilder(
            jdk.resolve("bin/java").toString(),
            "@conf/jvm.options",
            "-jar",
            JAR.toString(),
            "check",
            "conf/gateway.json")
        .redirectError(errors.toFile())
        .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(errors)).isEmpty();
    assertThat(output).startsWith("OK: conf/gateway.json").hasLineCount(1);
    assertThat(process.exitValue()).isZero();
  }
}
