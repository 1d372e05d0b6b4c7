package dev.lblc.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lblc.config.ConfigException;
import dev.lblc.testing.PluginJar;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PluginFolderTest {
  private static final String FIRST = """
      package acme;
      import dev.lblc.plugin.StrategyProvider;
      import dev.lblc.scheduler.*;
      public class First implements StrategyProvider {
        public String name() { return "NAME"; }
        public Strategy create(Strategy.Context context) { return new WeightedLeastConnection(context); }
      }
      """;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set before each test
  private Path folder;

  @Test
  void folder_thatIsNotThere_addsNothing() throws Exception {
    try (PluginFolder plugins = PluginFolder.openIfThere(folder.resolve("none"))) {
      assertThat(plugins.strategies().names())
          .containsExactly("lblc", "lblc-adaptive", "lblcr", "wlc");
      assertThat(plugins.verticles()).isEmpty();
    }
  }

  @Test
  void folder_searchedForAStrategy_isToldWithItsJars() throws Exception {
    Path none = folder.resolve("none");
    try (PluginFolder plugins = PluginFolder.openIfThere(none)) {
      assertThat(plugins.searched()).isEqualTo("there is no folder " + none);
    }
    jar("one", "acme.First", "acme.First", FIRST.replace("NAME", "one"));
    try (PluginFolder plugins = PluginFolder.openIfThere(folder)) {
      assertThat(plugins.searched()).isEqualTo(folder + " has 1 jar");
    }
  }

  @Test
  void folder_thatIsNamedAndNotThere_isRefused() {
    Path none = folder.resolve("none");
    assertRefused(none, "plugins " + none + " (expected: a folder)");
  }

  @Test
  void folder_thatIsAFile_isRefused() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertRefused(file, "plugins " + file + " (expected: a folder)");
    assertThatThrownBy(() -> PluginFolder.openIfThere(file)).isInstanceOf(StartException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.jar", "a.json"})
  void file_thatIsAFolder_isRefused(String name) throws Exception {
    Path made = Files.createDirectory(folder.resolve(name));
    assertRefused("plugin " + made + ": not a regular file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.jar", "a.json"})
  @EnabledOnOs({OS.LINUX, OS.MAC})
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void file_thatIsAPipe_isRefused(String name) throws Exception {
    Path made = folder.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", made.toString()).start().waitFor()).isZero();
    assertRefused("plugin " + made + ": not a regular file");
  }

  @Test
  void jars_withStrategies_areAddedInAClassLoaderEach() throws Exception {
    jar("one", "acme.First", "acme.First", FIRST.replace("NAME", "one"));
    jar("two", "acme.First", "acme.First", FIRST.replace("NAME", "two"));
    try (PluginFolder plugins = PluginFolder.open(folder)) {
      assertThat(plugins.strategies().names())
          .containsExactly("lblc", "lblc-adaptive", "lblcr", "one", "two", "wlc");
    }
  }

  @Test
  void strategy_withTheNameOfAnother_isRefused() throws Exception {
    jar("mine", "acme.First", "acme.First", FIRST.replace("NAME", "lblc"));
    assertRefused("plugin " + folder.resolve("mine.jar")
        + ": acme.First names a strategy lblc, which dev.lblc.plugin.BuiltIn$Lblc of the class"
        + " path is already");
  }

  @Test
  void strategy_withTheNameOfAnotherJars_isRefusedWithBoth() throws Exception {
    jar("one", "acme.First", "acme.First", FIRST);
    jar("two", "acme.First", "acme.First", FIRST);
    assertRefused("plugin " + folder.resolve("two.jar")
        + ": acme.First names a strategy NAME, which acme.First of " + folder.resolve("one.jar")
        + " is already");
  }

  @Test
  void strategy_withoutAName_isRefused() throws Exception {
    jar("mine", "acme.First", "acme.First", FIRST.replace("NAME", ""));
    assertRefused("plugin " + folder.resolve("mine.jar")
        + ": acme.First has the name \"\" (expected: a name, not empty and without control"
        + " characters)");
  }

  @Test
  void strategy_withALineBreakInItsName_isRefused() throws Exception {
    jar("mine", "acme.First", "acme.First", FIRST.replace("NAME", "p\\nq"));
    assertRefused("plugin " + folder.resolve("mine.jar")
        + ": acme.First has the name \"p\\nq\" (expected: a name, not empty and without control"
        + " characters)");
  }

  @Test
  void name_thatThrowsAnError_isRefused() throws Exception {
    jar(
        "mine",
        "acme.First",
        "acme.First",
        FIRST.replace("return \"NAME\"", "throw new AssertionError(\"no\\nname\")"));
    assertRefused("plugin " + folder.resolve("mine.jar")
        + ": acme.First does not say its name: java.lang.AssertionError: no name");
  }

  @Test
  void provider_whoseStaticInitialiserThrows_isRefusedWithTheRootCause() throws Exception {
    jar(
        "mine",
        "acme.First",
        "acme.First",
        FIRST.replace(
            "public String name()",
            "static final int SHARDS = Integer.parseInt(\"many\"); public String name()"));
    assertRefused("plugin " + folder.resolve("mine.jar")
        + ": dev.lblc.plugin.StrategyProvider: Provider acme.First could not be instantiated:"
        + " java.lang.NumberFormatException: For input string: \"many\"");
  }

  @Test
  void provider_thatThrows_isRefused() throws Exception {
    jar(
        "mine",
        "acme.First",
        "acme.First",
        FIRST.replace(
            "public String name()",
            "public First() { throw new IllegalStateException(\"no licence\"); } public String"
                + " name()"));
    assertRefused("plugin " + folder.resolve("mine.jar")
        + ": dev.lblc.plugin.StrategyProvider: Provider acme.First could not be instantiated:"
        + " java.lang.IllegalStateException: no licence");
  }

  @Test
  void provider_thatIsNotInTheJar_isRefused() throws Exception {
    jar("mine", "acme.Other", "acme.First", FIRST);
    assertRefused("plugin " + folder.resolve("mine.jar")
        + ": java.util.ServiceConfigurationError: dev.lblc.plugin.StrategyProvider: Provider"
        + " acme.Other not found");
  }

  @Test
  void provider_ofAnOlderInterface_isRefused(@TempDir Path older) throws Exception {
    String contract = """
        package dev.lblc.plugin;
        public interface StrategyProvider { String name(); Object create(String service); }
        """;
    PluginJar.buildAgainst(
        folder.resolve("mine.jar"),
        older,
        older.resolve("classes").toString(),
        "acme.Old",
        "dev.lblc.plugin.StrategyProvider",
        contract,
        "acme.Old",
        """
        package acme;
        public class Old implements dev.lblc.plugin.StrategyProvider {
          public String name() { return "old"; }
          public Object create(String service) { return service; }
        }
        """);
    assertRefused("plugin " + folder.resolve("mine.jar")
        + ": acme.Old is made for another version of StrategyProvider: it has no public abstract"
        + " dev.lblc.scheduler.Strategy dev.lblc.plugin.StrategyProvider.create("
        + "dev.lblc.scheduler.Strategy$Context)");
  }

  @Test
  void file_thatIsNoJar_isRefused() throws Exception {
    Files.writeString(folder.resolve("mine.jar"), "PK? no");
    assertThatThrownBy(() -> PluginFolder.open(folder))
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("plugin " + folder.resolve("mine.jar") + ": ");
  }

  @Test
  void verticle_ofAJar_isFoundThere() throws Exception {
    jar(
        "mine",
        "",
        "acme.Audit",
        "package acme; public class Audit extends io.vertx.core.VerticleBase {}");
    Files.writeString(
        folder.resolve("audit.json"),
        "{\"verticle\": \"acme.Audit\", \"instances\": 2, \"config\": {\"a\": [1, {\"b\":"
            + " null}]}}");
    try (PluginFolder plugins = PluginFolder.open(folder)) {
      PluginFolder.Added added = plugins.verticles().get(0);
      assertThat(added.classes().loadClass("acme.Audit").getClassLoader())
          .isSameAs(added.classes());
      assertThat(added.config().instances()).isEqualTo(2);
      assertThat(added.config().config().encode()).isEqualTo("{\"a\":[1,{\"b\":null}]}");
    }
  }

  @Test
  void verticle_thatIsNowhere_isRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("audit.json"), "{\"verticle\": \"acme.Audit\"}");
    assertRefused("plugin " + file
        + ": $.verticle: acme.Audit (expected: a class of the gateway or of a jar beside the"
        + " file)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.lang.String", // no verticle
        "io.vertx.core.VerticleBase", // abstract
        "acme.Hidden"
      })
  void verticle_thatCannotBeMade_isRefused(String type) throws Exception {
    jar(
        "mine",
        "",
        "acme.Hidden",
        "package acme; class Hidden extends io.vertx.core.VerticleBase {}");
    Path file = verticle(type);
    assertRefused("plugin " + file + ": $.verticle: " + type
        + " (expected: a public io.vertx.core.Deployable, such as a VerticleBase, with a public"
        + " constructor without parameters)");
  }

  @Test
  void verticle_ofAClassFileThatIsAnothers_isRefused() throws Exception {
    Path file = verticle("acme.audit");
    jar("mine", "", "acme.Audit", "package acme; public class Audit {}");
    try (FileSystem jar = FileSystems.newFileSystem(folder.resolve("mine.jar"))) {
      Files.move(jar.getPath("acme/Audit.class"), jar.getPath("acme/audit.class"));
    }
    assertRefused("plugin " + file + ": $.verticle: acme.audit: java.lang.NoClassDefFoundError:"
        + " acme/audit (wrong name: acme/Audit)");
  }

  @Test
  void verticle_isLookedAtWithoutRunningItsCode() throws Exception {
    jar(
        "mine",
        "",
        "acme.Audit",
        "package acme; public class Audit extends io.vertx.core.VerticleBase {"
            + " static { if (true) throw new AssertionError(); } }");
    verticle("acme.Audit");
    try (PluginFolder plugins = PluginFolder.open(folder)) {
      assertThat(plugins.verticles()).hasSize(1);
    }
  }

  @Test
  void verticleFile_withFaults_listsThem() throws Exception {
    Path file = Files.writeString(
        folder.resolve("audit.json"),
        "{\"verticle\": \"a b\", \"instances\": 0, \"config\": [], \"colour\": 1}");
    assertThatThrownBy(() -> PluginFolder.open(folder))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(file + ": $.verticle: \"a b\"")
        .hasMessageContaining("$.instances: 0 (expected: a whole number, 1 to 1000)")
        .hasMessageContaining("$.config: [] (expected: an object)")
        .hasMessageContaining("$.colour: unknown key");
  }

  private Path verticle(String type) throws IOException {
    return Files.writeString(folder.resolve("audit.json"), "{\"verticle\": \"" + type + "\"}");
  }

  private void assertRefused(String message) {
    assertRefused(folder, message);
  }

  private static void assertRefused(Path folder, String message) {
    assertThatThrownBy(() -> PluginFolder.open(folder))
        .isInstanceOf(StartException.class)
        .hasMessage(message);
  }

  private void jar(String name, String provider, String type, String source) throws IOException {
    PluginJar.build(folder.resolve(name + ".jar"), folder.resolve(name), provider, type, source);
  }
}
