"""The library compiled by the finished compiler is the library the compiler was made with, byte for byte."""
import pathlib, unittest
from support import BUILD, ROOT, Case


class Library(Case):
    def test_compiling_it_again_gives_the_same_bytes(self):
        again = self.work / "library"
        self.expect(self.slisp("build-library", ROOT / "stdlib", "-o", again), 0, "", "")
        first = BUILD / "library"
        names = sorted(p.name for p in first.iterdir() if p.suffix in (".o", ".index") or p.name == "keywords.list")
        self.assertEqual(sorted(p.name for p in again.iterdir() if p.suffix in (".o", ".index") or p.name == "keywords.list"), names)
        differ = [name for name in names if (first / name).read_bytes() != (again / name).read_bytes()]
        self.assertEqual(differ, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
