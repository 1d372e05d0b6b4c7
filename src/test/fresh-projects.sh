#!/usr/bin/env bash
# Builds and runs what a new user would: Maven projects outside this one, each with the plugin as its only new dependency,
# on the oldest Vert.x that it works with and on the newest. Needs `mvn package` of this project before, and mvn, curl and
# a JDK; leaves nothing behind.
#
#   src/test/fresh-projects.sh [web-proxy|http-client|cluster|strategy]...     (all of them)
#
# The environment may say otherwise: LBLC_VERTX (versions), LBLC_PORTS (eight ports that are free), LBLC_REPOSITORY (a local
# repository of Maven to take dependencies from before any other; ~/.m2/repository). The projects' own repository is empty
# at first.
set -euo pipefail
unset MAVEN_PROJECTBASEDIR MAVEN_CMD_LINE_ARGS MAVEN_BASEDIR

root=$(cd "$(dirname "$0")/../.." && pwd)
sources=$root/src/test/java/com/example
repository=${LBLC_REPOSITORY:-$HOME/.m2/repository}
read -r -a ports <<<"${LBLC_PORTS:-8080 9901 9101 9102 9103 8081 5701 5702}"
[ ${#ports[@]} = 8 ] || { echo "LBLC_PORTS=\"$LBLC_PORTS\": eight ports are needed" >&2; exit 2; }
port=${ports[0]} admin=${ports[1]} second=${ports[5]}
servers=("${ports[@]:2:3}") members=("${ports[@]:6:2}")
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
version=$(sed -n 's:.*<version>\(.*\)</version>.*:\1:p' "$root/pom.xml" | head -1)
newest=$(sed -n 's:.*<vertx.version>\(.*\)</vertx.version>.*:\1:p' "$root/pom.xml")
read -r -a versions <<<"${LBLC_VERTX:-5.0.10 $newest}"
for needed in "$root/target/vertx-lblc-$version.jar" "$root/target/vertx-lblc.jar"; do
  [ -f "$needed" ] || { echo "$needed is not there: mvn package" >&2; exit 1; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/lblc-fresh-projects.XXXXXX")
pids=() upstreams=()
end() { # of those it started, by pid, all but the upstreams
  for pid in ${pids[@]+"${pids[@]}"}; do kill "$pid" 2>/dev/null || true; done
  for pid in ${pids[@]+"${pids[@]}"}; do wait "$pid" 2>/dev/null || true; done
  pids=()
}
trap 'pids+=(${upstreams[@]+"${upstreams[@]}"}); end; rm -rf "$work"' EXIT

fail() {
  echo "$1" >&2
  shift
  for log in "$@"; do sed 's/^/  /' "$log" >&2; done
  exit 1
}

# As `mvn install` would leave the plugin, in a repository that has nothing else.
installed=$work/repository/dev/lblc/vertx-lblc/$version
mkdir -p "$installed"
cp "$root/target/vertx-lblc-$version.jar" "$installed/"
cp "$root/pom.xml" "$installed/vertx-lblc-$version.pom"
cat >"$work/settings.xml" <<END
<settings>
  <localRepository>$work/repository</localRepository>
  <profiles><profile><id>here</id>
    <repositories><repository><id>here</id><url>file://$repository</url></repository></repositories>
    <pluginRepositories><pluginRepository><id>here</id><url>file://$repository</url></pluginRepository></pluginRepositories>
  </profile></profiles>
  <activeProfiles><activeProfile>here</activeProfile></activeProfiles>
</settings>
END

# project NAME CLASS DEPENDENCIES: a folder with a pom and one class.
project() {
  mkdir -p "$work/$1/src/main/java/com/example"
  cp "$sources/$2.java" "$work/$1/src/main/java/com/example/"
  cat >"$work/$1/pom.xml" <<END
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>$1</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>$3</dependencies>
  <build>
    <finalName>$1</finalName>
    <plugins>
      <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
      <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
      <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.4</version></plugin>
      <plugin>
        <artifactId>maven-jar-plugin</artifactId><version>3.4.2</version>
        <configuration><archive><manifest>
          <mainClass>com.example.$2</mainClass>
          <addClasspath>true</addClasspath>
          <classpathPrefix>$work/repository/</classpathPrefix>
          <classpathLayoutType>repository</classpathLayoutType>
        </manifest></archive></configuration>
      </plugin>
    </plugins>
  </build>
</project>
END
}

# build PROJECT...: all of them at once, each by itself.
build() {
  local module modules=
  for module in "$@"; do modules+="<module>$module</module>"; done
  cat >"$work/pom.xml" <<END
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>all</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <modules>$modules</modules>
</project>
END
  mvn -B -ntp -s "$work/settings.xml" -f "$work/pom.xml" -DskipTests package >"$work/build" 2>&1 ||
    fail "$* do not build" "$work/build"
}

dependency() { # GROUP ARTIFACT VERSION
  echo "<dependency><groupId>$1</groupId><artifactId>$2</artifactId><version>$3</version></dependency>"
}

plugin=$(dependency dev.lblc vertx-lblc "$version")

# start LOG TEXT COMMAND...: in the background; returns once it printed that.
start() {
  local log=$1 text=$2
  shift 2
  : >"$log"
  "$@" >"$log" 2>&1 &
  local pid=$!
  pids+=("$pid")
  for _ in $(seq 600); do
    grep -q "$text" "$log" && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  fail "it did not start: $*" "$log"
}

# Three servers of which each answers its name, until the end.
start_upstreams() {
  cat >"$work/Upstreams.java" <<'END'
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

class Upstreams {
  public static void main(String[] ports) throws Exception {
    for (String port : ports) {
      HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(port)), 0);
      server.createContext("/", exchange -> {
        exchange.sendResponseHeaders(200, port.length());
        exchange.getResponseBody().write(port.getBytes());
        exchange.close();
      });
      server.start();
    }
    System.out.println("listening");
  }
}
END
  start "$work/upstreams.log" listening "$java" "$work/Upstreams.java" "${servers[@]}"
  upstreams=("${pids[@]}")
  pids=()
}

services() { # NAME STRATEGY
  local list=
  for upstream in "${servers[@]}"; do
    list+="{\"id\": \"s$upstream\", \"host\": \"127.0.0.1\", \"port\": $upstream},"
  done
  echo "\"services\": {\"$1\": {\"strategy\": \"$2\", \"servers\": [${list%,}]}}"
}

hazelcast() { # PORT: the member there, in a cluster of all of them
  cat <<END
<hazelcast xmlns="http://www.hazelcast.com/schema/config">
  <cluster-name>fresh-${members[0]}</cluster-name>
  <properties>
    <property name="hazelcast.phone.home.enabled">false</property>
    <property name="hazelcast.wait.seconds.before.join">1</property>
    <property name="hazelcast.max.wait.seconds.before.join">1</property>
  </properties>
  <network>
    <port auto-increment="false">$1</port>
    <join>
      <auto-detection enabled="false"/>
      <multicast enabled="false"/>
      <tcp-ip enabled="true"><member>127.0.0.1:${members[0]}</member><member>127.0.0.1:${members[1]}</member></tcp-ip>
    </join>
    <interfaces enabled="true"><interface>127.0.0.1</interface></interfaces>
  </network>
</hazelcast>
END
}

# ask PORT: each destination once, a connection for each; a line with the port of the server that answered.
ask() {
  local i
  for i in $(seq 0 29); do
    echo "next
url = \"http://127.0.0.1:$1/$i\"
header = \"tenant: $i\"
header = \"Connection: close\"
write-out = \"\\n\"
fail
silent
show-error
max-time = 20"
  done | sed 1d | curl --fail-early --config - || fail "no answer at $1" "$work"/*.log
}

# Destinations stay where the first node has placed them, on every node, and not all are on one server.
check() { # NAME [PORT]...
  local name=$1 homes again used at
  shift
  homes=$(ask "$port")
  for at in "$port" "$@"; do
    again=$(ask "$at")
    [ "$again" = "$homes" ] || fail "$name: destinations were on" $homes "and are on" $again "at $at"
  done
  used=$(sort -u <<<"$homes" | wc -l)
  [ "$used" = 3 ] || fail "$name: 30 destinations on $used servers only"
  echo "OK $name: 30 destinations on 3 servers, each on one"
}

# write_project WAY [VERTX]: what a project has that goes this way with this version.
write_project() {
  local way=$1 vertx=${2:-} name=$1${2:+-$2}
  case $way in
    web-proxy) project "$name" WebProxyGateway "$(dependency io.vertx vertx-web-proxy "$vertx")$plugin" ;;
    cluster)
      project "$name" WebProxyGateway \
        "$(dependency io.vertx vertx-web-proxy "$vertx")$(dependency io.vertx vertx-hazelcast "$vertx")$plugin"
      ;;
    http-client) project "$name" ReplicaCaller "$(dependency io.vertx vertx-core "$vertx")$plugin" ;;
    strategy)
      project "$name" Rendezvous "$plugin"
      mkdir -p "$work/$name/src/main/resources/META-INF/services"
      echo com.example.Rendezvous >"$work/$name/src/main/resources/META-INF/services/dev.lblc.plugin.StrategyProvider"
      ;;
  esac
}

# on VERTX WAY: runs the project.
on() {
  local vertx=$1 way=$2
  local run=("$java" -jar "$work/$way-$vertx/target/$way-$vertx.jar")
  case $way in
    web-proxy) echo "{$(services images lblc)}" >"$work/config.json" ;;
    http-client) echo "{$(services models lblc)}" >"$work/config.json" ;;
    cluster) echo "{\"cluster\": {\"enabled\": true}, $(services images lblc)}" >"$work/config.json" ;;
  esac
  if [ "$way" = cluster ]; then
    for member in "${members[@]}"; do hazelcast "$member" >"$work/$member.xml"; done
    local first=("$java" "-Dvertx.hazelcast.config=$work/${members[0]}.xml" "${run[@]:1}")
    local next=("$java" "-Dvertx.hazelcast.config=$work/${members[1]}.xml" "${run[@]:1}")
    start "$work/$way.log" "ready" "${first[@]}" "$port" "$work/config.json"
    start "$work/$way-2.log" "ready" "${next[@]}" "$second" "$work/config.json"
    check "$way on $vertx" "$second"
  else
    start "$work/$way.log" "ready" "${run[@]}" "$port" "$work/config.json"
    check "$way on $vertx"
  fi
  end
}

# A strategy in a jar of its own, for the gateway, which has its Vert.x with it.
strategy() {
  cat >"$work/config.json" <<END
{"listeners": [{"name": "web", "protocol": "http", "host": "127.0.0.1", "port": $port}],
 "routes": [{"listener": "web", "service": "shards", "destination": ["{header:tenant}"]}],
 $(services shards rendezvous),
 "admin": {"port": $admin}}
END
  start "$work/strategy.log" "ready" \
    "$java" -jar "$root/target/vertx-lblc.jar" run "$work/config.json" --plugins "$work/strategy/target"
  check strategy
  end
}

ways=("$@")
[ ${#ways[@]} -gt 0 ] || ways=(web-proxy http-client cluster strategy)
projects=()
for way in "${ways[@]}"; do
  case $way in
    strategy) projects+=(strategy) && write_project strategy ;;
    web-proxy | http-client | cluster)
      for vertx in "${versions[@]}"; do
        projects+=("$way-$vertx")
        write_project "$way" "$vertx"
      done
      ;;
    *) fail "$way: expected web-proxy, http-client, cluster or strategy" ;;
  esac
done
build "${projects[@]}"
start_upstreams
for way in "${ways[@]}"; do
  case $way in
    strategy) strategy ;;
    *) for vertx in "${versions[@]}"; do on "$vertx" "$way"; done ;;
  esac
done
