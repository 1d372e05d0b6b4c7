package dev.lblc.boot;

import dev.lblc.admin.ReloadException.Fault;
import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigFile;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.VerticleConfig;
import dev.lblc.plugin.BrokenPluginException;
import dev.lblc.plugin.Strategies;
import io.vertx.core.Deployable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of plugins: each {@code *.jar} has strategies and classes, and a class loader of its own (which also has what
 * the manifest's {@code Class-Path} names); each {@code *.json} describes a verticle to deploy. Both are opened in the order
 * of the files' names.
 */
public final class PluginFolder implements AutoCloseable {
  private static final Path DEFAULT = Path.of("plugins");

  private final Path folder;
  private final List<URLClassLoader> jars = new ArrayList<>();
  private final List<Added> verticles = new ArrayList<>();
  private @Nullable URLClassLoader together;
  private Strategies strategies = Strategies.ofClassPath();

  /**
   * A verticle to deploy.
   *
   * @param file that describes it
   * @param config what the file says
   * @param classes where its class is
   */
  record Added(Path file, VerticleConfig config, ClassLoader classes) {}

  private PluginFolder(Path folder) {
    this.folder = folder;
  }

  /** Opens the folder that is named; if none is, the one of plugins in the working directory, which need not exist. */
  public static PluginFolder openNamed(@Nullable Path named)
      throws StartException, ConfigException {
    return named == null ? openIfThere(DEFAULT) : open(named);
  }

  /** Opens a folder; a folder that does not exist has no plugins. */
  public static PluginFolder openIfThere(Path folder) throws StartException, ConfigException {
    return Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
        ? open(folder)
        : new PluginFolder(folder);
  }

  /** Opens a folder; nothing is left open of one with a plugin that cannot be used. */
  public static PluginFolder open(Path folder) throws StartException, ConfigException {
    if (!Files.isDirectory(folder)) {
      throw new StartException("plugins " + folder + " (expected: a folder)");
    }
    PluginFolder plugins = new PluginFolder(folder);
    try {
      for (Path jar : files(folder, "*.jar")) {
        plugins.addJar(jar);
      }
      for (Path file : files(folder, "*.json")) {
        plugins.addVerticle(file);
      }
      return plugins;
    } catch (BrokenPluginException e) {
      plugins.close();
      throw new StartException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      plugins.close();
      throw new StartException("plugins " + folder + ": " + e);
    } catch (StartException | ConfigException e) {
      plugins.close();
      throw e;
    }
  }

  /** Returns the strategies of the class path and of all jars. */
  public Strategies strategies() {
    return strategies;
  }

  /** Returns where jars with strategies were looked for, and how many were found, for the message of a strategy that is unknown. */
  String searched() {
    return Files.isDirectory(folder)
        ? folder.toAbsolutePath() + " has "
            + (jars.isEmpty() ? "no jar" : jars.size() == 1 ? "1 jar" : jars.size() + " jars")
        : "there is no folder " + folder.toAbsolutePath();
  }

  /** Returns a class loader that has the classes of all jars together, in the order of their names. */
  ClassLoader classesOfAll() {
    URLClassLoader all = together;
    if (all == null) {
      all = new URLClassLoader(
          "plugins",
          jars.stream().flatMap(jar -> Stream.of(jar.getURLs())).toArray(URL[]::new),
          PluginFolder.class.getClassLoader());
      together = all;
    }
    return all;
  }

  List<Added> verticles() {
    return verticles;
  }

  /**
   * Returns in what the descriptions of verticles differ from those that were opened. Jars are not looked at: what they had when they were
   * opened stays.
   */
  List<Fault> changes() {
    Map<Path, VerticleConfig> opened = new LinkedHashMap<>();
    verticles.forEach(added -> opened.put(added.file(), added.config()));
    List<Fault> changes = new ArrayList<>();
    try {
      List<Path> files = Files.isDirectory(folder) ? files(folder, "*.json") : List.of();
      for (Path file : files) {
        VerticleConfig was = opened.remove(file);
        if (!verticle(file).equals(was)) {
          changes.add(fixed(file, was == null ? "is new" : "has changed"));
        }
      }
      opened.keySet().forEach(file -> changes.add(fixed(file, "is gone")));
    } catch (ConfigException e) {
      e.errors().forEach(error -> changes.add(new Fault("$", error.toString())));
    } catch (IOException | StartException e) {
      changes.add(new Fault("$", "plugins " + folder + ": " + e.getMessage()));
    }
    return changes;
  }

  private static Fault fixed(Path file, String what) {
    return new Fault(
        "$",
        "plugin " + file + " " + what
            + " (expected: as at the start of the gateway: verticles are deployed only then)");
  }

  @Override
  public void close() {
    List<URLClassLoader> opened = new ArrayList<>(jars);
    if (together != null) {
      opened.add(together);
    }
    for (URLClassLoader jar : opened) {
      try {
        jar.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void addJar(Path jar) throws IOException, StartException {
    requireJar(jar);
    URLClassLoader classes = new URLClassLoader(
        jar.toString(), new URL[] {jar.toUri().toURL()}, PluginFolder.class.getClassLoader());
    jars.add(classes);
    strategies = strategies.with(jar.toString(), classes);
  }

  /** Refuses what is no jar: a class loader passes over it without a word. */
  private static void requireJar(Path jar) throws StartException {
    try {
      new JarFile(jar.toFile()).close();
    } catch (IOException e) {
      throw new StartException("plugin " + jar + ": " + e.getMessage() + " (expected: a jar)");
    }
  }

  private void addVerticle(Path file) throws StartException, ConfigException {
    VerticleConfig config = verticle(file);
    ClassLoader classes = classes(file, config.verticle());
    requireVerticle(file, config.verticle(), classes);
    verticles.add(new Added(file, config, classes));
  }

  private static VerticleConfig verticle(Path file) throws ConfigException {
    return ConfigReader.readVerticle(file.toString(), ConfigFile.text(file), System.getenv());
  }

  /** Returns the class loader of the gateway, or that of the first jar that has the class. */
  private ClassLoader classes(Path file, String type) throws StartException {
    List<ClassLoader> loaders = new ArrayList<>(jars);
    loaders.add(0, PluginFolder.class.getClassLoader());
    for (ClassLoader loader : loaders) {
      if (loader.getResource(type.replace('.', '/') + ".class") != null) {
        return loader;
      }
    }
    throw new StartException("plugin " + file + ": $.verticle: " + type
        + " (expected: a class of the gateway or of a jar beside the file)");
  }

  /** Refuses a class that Vert.x cannot deploy, as far as can be told without running code of the plugin. */
  private static void requireVerticle(Path file, String type, ClassLoader classes)
      throws StartException {
    String what = "plugin " + file + ": $.verticle: " + type;
    String expected =
        " (expected: a public io.vertx.core.Deployable, such as a VerticleBase, with a public"
            + " constructor without parameters)";
    try {
      Class<?> found = Class.forName(type, false, classes);
      if (!Deployable.class.isAssignableFrom(found)
          || Modifier.isAbstract(found.getModifiers())
          || !found.getDeclaredConstructor().canAccess(null)) {
        throw new StartException(what + expected);
      }
    } catch (NoSuchMethodException e) {
      throw new StartException(what + expected);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new StartException(what + ": " + BrokenPluginException.reason(e));
    }
  }

  private static List<Path> files(Path folder, String glob) throws IOException, StartException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
      files.forEach(found::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    found.sort(null);
    for (Path file : found) {
      if (!Files.isRegularFile(file)) { // to read a pipe would be to wait for whoever writes to it
        throw new StartException("plugin " + file + ": not a regular file");
      }
    }
    return found;
  }
}
