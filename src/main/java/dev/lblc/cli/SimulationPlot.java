package dev.lblc.cli;

import dev.lblc.simulation.Measurements;
import dev.lblc.simulation.Plot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The picture of {@code --plot}: runs, in the order in which they come. */
final class SimulationPlot {
  private final Path file;
  private final Map<String, Measurements> runs = new LinkedHashMap<>();

  /** Without a run. */
  SimulationPlot(Path file) {
    this.file = file;
  }

  void add(String name, Measurements run) {
    runs.put(name, run);
  }

  /** Writes the file; throws if that fails. */
  void write() throws CommandException {
    try {
      Files.writeString(file, Plot.of(runs));
    } catch (IOException e) {
      throw new CommandException("--plot: cannot write " + file + ": " + e);
    }
  }
}
