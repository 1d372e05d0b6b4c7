package dev.lblc.boot;

import dev.lblc.plugin.StrategyProvider;
import dev.lblc.scheduler.Strategy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/** A strategy that can be configured and not made, as one of a plugin may be. */
public final class OddStrategy implements StrategyProvider {
  /** Makes a jar that provides it; the class is on the class path. */
  static void jar(Path folder) throws IOException {
    try (OutputStream jar = Files.newOutputStream(folder.resolve("odd.jar"));
        JarOutputStream entries = new JarOutputStream(jar)) {
      entries.putNextEntry(new ZipEntry("META-INF/services/" + StrategyProvider.class.getName()));
      entries.write(OddStrategy.class.getName().getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public String name() {
    return "odd";
  }

  @Override
  public Strategy create(Strategy.Context context) {
    throw new AssertionError("odd");
  }
}
