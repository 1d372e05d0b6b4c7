package dev.lblc.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.server.HazelcastMemberStarter;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that is a member of the cluster by Hazelcast alone, with nothing of ours on its class path. Closing it kills it. */
final class BareMember implements AutoCloseable {
  private final Process process;

  private BareMember(Process process) {
    this.process = process;
  }

  /** Starts it beside that member, at that port, and returns at once. */
  static BareMember start(HazelcastInstance first, Path folder, int port) throws Exception {
    String yaml = ClusteredVertx.yaml(
        first.getConfig().getClusterName(),
        port,
        first.getCluster().getLocalMember().getAddress().getPort());
    Path file = Files.writeString(folder.resolve("hazelcast.yaml"), yaml);
    return new BareMember(new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-Dhazelcast.config=" + file,
            "-cp",
            Path.of(HazelcastInstance.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI())
                .toString(),
            HazelcastMemberStarter.class.getName())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("member.log").toFile())
        .start());
  }

  /** Returns whether it has not ended by itself. */
  boolean isRunning() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
