package dev.lblc.cli;

import dev.lblc.config.ConfigException;
import dev.lblc.config.ConfigReader;
import dev.lblc.config.VerticleConfig;
import dev.lblc.plugin.BrokenPluginException;
import dev.lblc.plugin.Strategies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;

/**
 * The folder of what is added to a gateway: {@code *.jar} with strategies and classes, each with a class loader of its own
 * (and what its manifest's {@code Class-Path} names), and {@code *.json}, each a verticle to deploy. In the order of the
 * files' names.
 */
final class PluginFolder implements AutoCloseable {
  private final List<URLClassLoader> jars = new ArrayList<>();
  private final List<Added> verticles = new ArrayList<>();
  private Strategies strategies = Strategies.ofClassPath();

  /**
   * A verticle to deploy.
   *
   * @param file that describes it
   * @param config what the file says
   * @param classes where its class is
   */
  record Added(Path file, VerticleConfig config, ClassLoader classes) {}

  private PluginFolder() {}

  /** Opens a folder, which need not exist; nothing is left open of one with a plugin that cannot be used. */
  static PluginFolder open(Path folder) throws Failure, ConfigException {
    PluginFolder plugins = new PluginFolder();
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
      throw new Failure(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      plugins.close();
      throw new Failure("plugins " + folder + ": " + e);
    } catch (Failure | ConfigException e) {
      plugins.close();
      throw e;
    }
  }

  /** Those of the class path and of all jars. */
  Strategies strategies() {
    return strategies;
  }

  List<Added> verticles() {
    return verticles;
  }

  @Override
  public void close() {
    for (URLClassLoader jar : jars) {
      try {
        jar.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void addJar(Path jar) throws IOException, Failure {
    requireJar(jar);
    URLClassLoader classes = new URLClassLoader(
        jar.toString(), new URL[] {jar.toUri().toURL()}, PluginFolder.class.getClassLoader());
    jars.add(classes);
    strategies = strategies.with(jar.toString(), classes);
  }

  /** A class loader passes over what it cannot read. */
  private static void requireJar(Path jar) throws Failure {
    try {
      new JarFile(jar.toFile()).close();
    } catch (IOException e) {
      throw new Failure("plugin " + jar + ": " + e.getMessage() + " (expected: a jar)");
    }
  }

  private void addVerticle(Path file) throws Failure, ConfigException {
    VerticleConfig config =
        ConfigReader.readVerticle(file.toString(), ConfigReader.text(file), System.getenv());
    verticles.add(new Added(file, config, classes(file, config.verticle())));
  }

  /** The application's own, or those of the first jar that has the class. */
  private ClassLoader classes(Path file, String type) throws Failure {
    List<ClassLoader> loaders = new ArrayList<>(jars);
    loaders.add(0, PluginFolder.class.getClassLoader());
    for (ClassLoader loader : loaders) {
      if (loader.getResource(type.replace('.', '/') + ".class") != null) {
        return loader;
      }
    }
    throw new Failure("plugin " + file + ": $.verticle: " + type
        + " (expected: a class of the gateway or of a jar beside the file)");
  }

  private static List<Path> files(Path folder, String glob) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
        files.forEach(found::add);
      }
    }
    found.sort(null);
    return found;
  }
}
