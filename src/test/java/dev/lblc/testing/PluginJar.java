package dev.lblc.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** A jar made of sources, as somebody else would build a plugin. */
public final class PluginJar {
  private PluginJar() {}

  /**
   * Compiles and packs.
   *
   * @param jar to make
   * @param work folder for sources and classes
   * @param provider class that the jar names as a provider of strategies; empty: none
   * @param sources class names and texts in turn
   */
  public static Path build(Path jar, Path work, String provider, String... sources)
      throws IOException {
    return buildAgainst(jar, work, System.getProperty("java.class.path"), provider, sources);
  }

  /**
   * A jar with a verticle, and the file that deploys it.
   *
   * @param folder of plugins
   * @param work folder for sources and classes
   * @param name of the two files, and of the class in package {@code acme}
   * @param body of the class
   */
  public static void buildVerticle(Path folder, Path work, String name, String body)
      throws IOException {
    String source = "package acme; import io.vertx.core.*; public class " + name
        + " extends VerticleBase { " + body + " }";
    build(folder.resolve(name + ".jar"), work, "", "acme." + name, source);
    Files.writeString(folder.resolve(name + ".json"), "{\"verticle\": \"acme." + name + "\"}");
  }

  /** Compiles against another class path and packs what was compiled of package {@code acme}. */
  public static Path buildAgainst(
      Path jar, Path work, String classPath, String provider, String... sources)
      throws IOException {
    Path classes = Files.createDirectories(work.resolve("classes"));
    List<String> args =
        new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp", classPath));
    for (int i = 0; i < sources.length; i += 2) {
      Path source = work.resolve("src").resolve(sources[i].replace('.', '/') + ".java");
      Files.createDirectories(source.getParent());
      args.add(Files.writeString(source, sources[i + 1]).toString());
    }
    int failed =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, args.toArray(String[]::new));
    if (failed != 0) {
      throw new IOException("the plugin does not compile");
    }
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> compiled = Files.walk(classes.resolve("acme"))) {
      for (Path one : compiled.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(one).toString().replace('\\', '/')));
        Files.copy(one, out);
      }
      if (!provider.isEmpty()) {
        out.putNextEntry(new JarEntry("META-INF/services/dev.lblc.plugin.StrategyProvider"));
        out.write(provider.getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }
}
